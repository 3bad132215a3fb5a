namespace CdcLake.Iceberg;

/// <summary>Rows that a sink has written and removed since its last commit that readers see; parts of a complete result that were committed before are among them.</summary>
internal sealed class CommitCounts
{
    private long _upserts;
    private long _deletes;
    private (long Upserts, long Deletes) _staged;

    /// <summary>True when the next commit removes all rows that readers see, which are not counted one by one.</summary>
    public bool IsEmptied { get; private set; }

    /// <summary>Rows that wait for the next commit.</summary>
    public long Waiting => _upserts + _deletes + (IsEmptied ? 1 : 0);

    /// <summary>All rows went at once.</summary>
    public void Empty() => IsEmptied = true;

    public void Add(long upserts, long deletes) => (_upserts, _deletes) = (_upserts + upserts, _deletes + deletes);

    /// <summary>A commit was published.</summary>
    /// <param name="isPart">Nobody sees it: its rows count with the commit that shows them.</param>
    /// <returns>Rows written and removed.</returns>
    public (long Upserts, long Deletes) Published(bool isPart)
    {
        var all = (_upserts + _staged.Upserts, _deletes + _staged.Deletes);
        (_upserts, _deletes, IsEmptied) = (0, 0, false);
        _staged = isPart ? all : default;
        return all;
    }
}
