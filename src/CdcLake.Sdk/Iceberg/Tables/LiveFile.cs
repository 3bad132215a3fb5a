using CdcLake.Iceberg.Manifests;

namespace CdcLake.Iceberg.Tables;

/// <summary>A data file of the table, or one that the next commit adds. Not thread-safe.</summary>
internal sealed class LiveFile
{
    private const int MergeShare = 8;

    public LiveFile(int ordinal) => Ordinal = ordinal;

    /// <summary>Number under which the index names the file; never used for another one.</summary>
    public int Ordinal { get; }

    /// <summary>Null while the file is being written.</summary>
    public DataFile? File { get; set; }

    /// <summary>True once the file is part of the table.</summary>
    public bool IsCommitted { get; set; }

    /// <summary>Rows that the table does not show.</summary>
    public PositionSet Deleted { get; } = new();

    /// <summary>Those of <see cref="Deleted"/> that <see cref="BaseDeletes"/> does not name.</summary>
    public PositionSet Recent { get; private set; } = new();

    /// <summary>True when rows were deleted since the last commit.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Position delete files in the table that apply to this file alone.</summary>
    public List<DataFile> DeleteFiles { get; } = [];

    /// <summary>The one of <see cref="DeleteFiles"/> that later commits leave alone until the recent deletes have grown; null when there is none.</summary>
    public DataFile? BaseDeletes { get; private set; }

    /// <summary>
    /// True when the next commit should write all deleted rows into one file instead of the recent ones into a small one: so a commit costs what changed lately,
    /// however many rows were deleted before, and readers open two delete files at most.
    /// </summary>
    /// <param name="fewRows">Recent deletes that never make it worth while.</param>
    public bool ShouldMergeDeletes(int fewRows) => BaseDeletes is not { } known || Recent.Count > Math.Max(fewRows, known.RecordCount / MergeShare);

    /// <summary>Hides a row that is visible.</summary>
    public void Delete(long position)
    {
        Deleted.Add(position);
        Recent.Add(position);
        IsTouched = true;
    }

    /// <summary>From now on <paramref name="deletes"/> names all deleted rows.</summary>
    public void SetBase(DataFile deletes)
    {
        BaseDeletes = deletes;
        Recent = new PositionSet();
    }

    /// <summary>Rows that the table shows.</summary>
    public long LiveRows => File is null ? 0 : File.RecordCount - Deleted.Count;

    /// <summary>Bytes that a rewrite without the deleted rows would have, about.</summary>
    public long LiveBytes => File is null ? 0 : (long)(File.FileSize * (LiveRows / (double)File.RecordCount));
}
