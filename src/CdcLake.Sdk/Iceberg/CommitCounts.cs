namespace CdcLake.Iceberg;

/// <summary>Rows that a sink has written and removed since its last commit that readers see; parts of a complete result that were committed before are among them.</summary>
internal sealed class CommitCounts
{
    private long _upserts;
    private long _deletes;
    private (long Upserts, long Deletes) _staged;

    /// <summary>Rows that wait for the next commit.</summary>
    public long Waiting => _upserts + _deletes;

    public void Add(long upserts, long deletes) => (_upserts, _deletes) = (_upserts + upserts, _deletes + deletes);

    /// <summary>A commit was published.</summary>
    /// <param name="isPart">Nobody sees it: its rows count with the commit that shows them.</param>
    /// <returns>Rows written and removed.</returns>
    public (long Upserts, long Deletes) Published(bool isPart)
    {
        var all = (_upserts + _staged.Upserts, _deletes + _staged.Deletes);
        (_upserts, _deletes) = (0, 0);
        _staged = isPart ? all : default;
        return all;
    }
}
