namespace CdcLake;

/// <summary>A data or delete file of a snapshot.</summary>
/// <param name="Path">Absolute URI.</param>
public sealed record IcebergFile(string Path)
{
    /// <summary><c>data</c>, <c>position deletes</c>, <c>equality deletes</c> or <c>deletion vector</c>.</summary>
    public string Content { get; init; } = "";

    /// <summary><c>parquet</c>, <c>puffin</c>, <c>avro</c> or <c>orc</c>; the latter two are not read.</summary>
    public string Format { get; init; } = "";

    /// <summary>Partition spec that it was written with.</summary>
    public int SpecId { get; init; }

    /// <summary>Value of each partition field, null included.</summary>
    public IReadOnlyDictionary<string, object?> Partition { get; init; } = new Dictionary<string, object?>();

    /// <summary>Rows in the file, deleted ones included; of a deletion vector the rows that it deletes.</summary>
    public long RecordCount { get; init; }

    /// <summary>Bytes of the whole file; deletion vectors may share one.</summary>
    public long FileSizeBytes { get; init; }

    /// <summary>Data sequence number: deletes of a lower one do not touch its rows.</summary>
    public long SequenceNumber { get; init; }

    /// <summary>The only data file that a delete file is about, when it says so.</summary>
    public string? ReferencedDataFile { get; init; }
}
