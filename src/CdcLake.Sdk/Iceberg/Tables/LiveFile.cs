using CdcLake.Iceberg.Manifests;

namespace CdcLake.Iceberg.Tables;

/// <summary>A data file of the table, or one that the next commit adds, with the rows of it that are deleted. Not thread-safe.</summary>
internal sealed class LiveFile
{
    private const int MergeShare = 8;
    private readonly List<LiveDeletes> _deletes = [];
    private List<uint> _recent = [];
    private LiveDeletes? _base;
    private int _fresh;
    private long _deletedAtCommit;

    public LiveFile(int ordinal) => Ordinal = ordinal;

    /// <summary>Number under which the index names the file; never used for another one.</summary>
    public int Ordinal { get; }

    /// <summary>Null while the file is being written.</summary>
    public DataFile? File { get; set; }

    /// <summary>True once the file is part of the table.</summary>
    public bool IsCommitted { get; private set; }

    /// <summary>Rows that the table does not show.</summary>
    public PositionSet Deleted { get; } = new();

    /// <summary>Rows deleted since the last commit.</summary>
    public long FreshDeletes => Deleted.Count - _deletedAtCommit;

    /// <summary>Delete files in the table that hide rows of this file.</summary>
    public IReadOnlyList<LiveDeletes> DeleteFiles => _deletes;

    /// <summary>
    /// True when so many rows were deleted beside those of the largest delete file that one file with all of them replaces it. So a commit costs what changed
    /// lately, however many rows were deleted before.
    /// </summary>
    public bool HasOutgrownDeletes { get; private set; }

    /// <summary>Rows that the table shows.</summary>
    public long LiveRows => File is null ? 0 : File.RecordCount - Deleted.Count;

    /// <summary>Bytes that a rewrite without the deleted rows would have, about.</summary>
    public long LiveBytes => BytesOf(LiveRows);

    /// <summary>Deleted rows that the delete file with the most does not name, ascending. Only while <see cref="HasOutgrownDeletes"/> is false.</summary>
    public uint[] RecentPositions() => Sorted(0);

    /// <summary>Rows deleted since the last commit, ascending. Only while <see cref="HasOutgrownDeletes"/> is false.</summary>
    public uint[] FreshPositions() => Sorted(_fresh);

    /// <summary>True when the rows of its largest delete file need not be named again.</summary>
    public bool HasBase => _base is not null;

    /// <summary>Bytes of a number of rows, about.</summary>
    public long BytesOf(long rows) => File is null ? 0 : (long)(File.FileSize * (rows / (double)File.RecordCount));

    /// <summary>Hides a row that is visible.</summary>
    /// <param name="position">Row number.</param>
    /// <param name="fewRows">Recent deletes that never make it worth while to replace the largest delete file.</param>
    public void Delete(long position, int fewRows)
    {
        Deleted.Add(position);
        AddRecent(position, fewRows);
    }

    /// <summary>The file and its deleted rows are part of the table.</summary>
    public void Committed()
    {
        IsCommitted = true;
        _deletedAtCommit = Deleted.Count;
        _fresh = _recent.Count;
    }

    /// <summary>Takes in rows of a delete file of the table; the one with the most rows of this file alone comes first.</summary>
    public void Load(LiveDeletes deletes, long position, bool isBase)
    {
        if (!_deletes.Contains(deletes))
        {
            Use(deletes);
            _base = isBase ? deletes : _base;
        }

        if (Deleted.Add(position) && !isBase)
        {
            AddRecent(position, int.MaxValue);
        }
    }

    /// <summary>Adds a delete file that names rows of this file.</summary>
    public void Use(LiveDeletes deletes)
    {
        _deletes.Add(deletes);
        deletes.Users++;
    }

    /// <summary>From now on <paramref name="deletes"/> names all deleted rows, and no other delete file is needed.</summary>
    /// <returns>Delete files that no data file needs any more.</returns>
    public IReadOnlyList<DataFile> UseOnly(LiveDeletes deletes)
    {
        var obsolete = Release(keepBase: false);
        Use(deletes);
        _base = deletes;
        _recent = [];
        HasOutgrownDeletes = false;
        return obsolete;
    }

    /// <summary>From now on <paramref name="deletes"/> names the recent rows, beside the largest delete file.</summary>
    /// <returns>Delete files that no data file needs any more.</returns>
    public IReadOnlyList<DataFile> UseForRecent(LiveDeletes deletes)
    {
        var obsolete = Release(keepBase: true);
        Use(deletes);
        return obsolete;
    }

    /// <summary>Needs its delete files no more, since it leaves the table.</summary>
    /// <returns>Delete files that no data file needs any more.</returns>
    public IReadOnlyList<DataFile> ReleaseAll() => Release(keepBase: false);

    /// <summary>The delete files written for it will never be part of the table: the next commit names all deleted rows in another one.</summary>
    public void ForgetDeletes()
    {
        _deletes.Clear();
        _base = null;
        _recent = [];
        HasOutgrownDeletes = Deleted.Count > 0;
    }

    private List<DataFile> Release(bool keepBase)
    {
        var obsolete = new List<DataFile>();
        foreach (var deletes in _deletes)
        {
            if (!(keepBase && deletes == _base) && --deletes.Users == 0)
            {
                obsolete.Add(deletes.File);
            }
        }

        _deletes.RemoveAll(d => !(keepBase && d == _base));
        return obsolete;
    }

    private void AddRecent(long position, int fewRows)
    {
        if (HasOutgrownDeletes)
        {
            return;
        }

        _recent.Add((uint)position);
        if (_recent.Count > Math.Max(fewRows, (_base?.File.RecordCount ?? 0) / MergeShare))
        {
            HasOutgrownDeletes = true;
            _recent = [];
        }
    }

    private uint[] Sorted(int start)
    {
        var positions = _recent.GetRange(start, _recent.Count - start).ToArray();
        Array.Sort(positions);
        return positions;
    }
}
