using CdcLake.Iceberg.Manifests;

namespace CdcLake.Iceberg.Index;

/// <summary>A data file of the table, or one that the next commit adds. Not thread-safe.</summary>
internal sealed class LiveFile
{
    public LiveFile(int ordinal) => Ordinal = ordinal;

    /// <summary>Number under which the index names the file; never used for another one.</summary>
    public int Ordinal { get; }

    /// <summary>Null while the file is being written.</summary>
    public DataFile? File { get; set; }

    /// <summary>True once the file is part of the table.</summary>
    public bool IsCommitted { get; set; }

    /// <summary>Rows that the table does not show.</summary>
    public PositionSet Deleted { get; } = new();

    /// <summary>True when rows were deleted since the last commit.</summary>
    public bool IsTouched { get; set; }

    /// <summary>Position delete files in the table that apply to this file alone.</summary>
    public List<DataFile> DeleteFiles { get; } = [];

    /// <summary>Rows that the table shows.</summary>
    public long LiveRows => File is null ? 0 : File.RecordCount - Deleted.Count;

    /// <summary>Bytes that a rewrite without the deleted rows would have, about.</summary>
    public long LiveBytes => File is null ? 0 : (long)(File.FileSize * (LiveRows / (double)File.RecordCount));
}
