namespace CdcLake.Parquet.Format;

/// <summary>What the footer of a file says, as far as reading needs it.</summary>
/// <param name="RowCount">Rows of the file.</param>
/// <param name="Root">The schema.</param>
/// <param name="Leaves">All columns that hold values, in file order, which is that of <paramref name="Root"/> depth first.</param>
/// <param name="RowGroups">In file order.</param>
/// <param name="KeyValues">Key and value pairs; the last one of a key counts.</param>
/// <param name="CreatedBy">Name and version of the writer, or null.</param>
internal sealed record ParquetFooter(
    long RowCount,
    SchemaNode Root,
    IReadOnlyList<SchemaLeaf> Leaves,
    IReadOnlyList<RowGroupLocation> RowGroups,
    IReadOnlyDictionary<string, string> KeyValues,
    string? CreatedBy)
{
    /// <summary>True when the writer says in which order bounds are; without, they mean nothing.</summary>
    public bool HasColumnOrders { get; init; }

    /// <summary>False when the writer gave no field ids at all.</summary>
    public bool HasFieldIds { get; init; } = Leaves.Any(l => l.FieldId is not null) || Root.Children.Any(n => n.FieldId is not null);
}

/// <summary>A column that holds values.</summary>
/// <param name="Name">Name of the last path element.</param>
/// <param name="FieldId">Iceberg field id, or null when the writer gave none.</param>
/// <param name="Physical">How values are stored.</param>
/// <param name="FixedLength">Bytes of a FIXED_LEN_BYTE_ARRAY, else 0.</param>
/// <param name="MaxDefinition">Definition level of a value that is there: how many of it and what it lies in are optional or repeated.</param>
/// <param name="MaxRepetition">How many of it and what it lies in are repeated.</param>
/// <param name="IsTopLevel">False inside a group.</param>
/// <param name="Annotation">What the values mean.</param>
internal sealed record SchemaLeaf(
    string Name, int? FieldId, PhysicalType Physical, int FixedLength, int MaxDefinition, int MaxRepetition, bool IsTopLevel, Annotation Annotation)
{
    /// <summary>True when rows may be null.</summary>
    public bool IsOptional => MaxDefinition > 0;

    /// <summary>True when there is one value, or null, for each row.</summary>
    public bool IsFlat => MaxRepetition == 0;
}

/// <summary>Meaning of a column beyond its physical type.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Precision">Digits of a decimal.</param>
/// <param name="Scale">Fractional digits of a decimal.</param>
/// <param name="Unit">Unit of a time or timestamp.</param>
/// <param name="IsUtc">True for timestamps that are instants.</param>
/// <param name="BitWidth">Bits of an annotated integer.</param>
/// <param name="IsSigned">False for annotated unsigned integers.</param>
internal readonly record struct Annotation(
    AnnotationKind Kind, int Precision = 0, int Scale = 0, TimeUnit Unit = TimeUnit.Micros, bool IsUtc = false, int BitWidth = 0, bool IsSigned = true);

/// <summary>The meanings that this reader tells apart.</summary>
internal enum AnnotationKind
{
    None,
    Text,
    Decimal,
    Date,
    Time,
    Timestamp,
    Integer,
    List,
    Map,
    Uuid,
    Variant,
    Other,
}

/// <summary>Units of times; the numbers are the fields of the union <c>TimeUnit</c> in parquet.thrift.</summary>
internal enum TimeUnit
{
    Millis = 1,
    Micros = 2,
    Nanos = 3,
}

/// <summary>A row group: where its chunks lie.</summary>
/// <param name="Rows">Rows of each chunk.</param>
/// <param name="TotalBytes">Uncompressed bytes, as the writer counted them.</param>
/// <param name="Chunks">One per leaf, in the same order.</param>
internal sealed record RowGroupLocation(long Rows, long TotalBytes, IReadOnlyList<ChunkLocation> Chunks);

/// <summary>Where the pages of a column chunk lie.</summary>
/// <param name="Codec">Number of the codec, as in the file.</param>
/// <param name="Values">Values, nulls included.</param>
/// <param name="Offset">File offset of the first page, dictionary or data.</param>
/// <param name="Length">Bytes of all pages.</param>
/// <param name="IsEncrypted">True when its pages, and possibly all that is said of them, are.</param>
internal readonly record struct ChunkLocation(int Codec, long Values, long Offset, long Length, bool IsEncrypted = false)
{
    /// <summary>What the writer says of the values, or null.</summary>
    public StoredStatistics? Statistics { get; init; }

    /// <summary>Where its Bloom filter stands; offset 0 when it has none, 0 bytes when the writer does not say how many.</summary>
    public FileRange BloomFilter { get; init; }

    /// <summary>Where the bounds of its pages stand; 0 bytes when the writer gave none.</summary>
    public FileRange ColumnIndex { get; init; }

    /// <summary>Where it stands at which row each page begins; 0 bytes when the writer gave it not.</summary>
    public FileRange OffsetIndex { get; init; }
}

/// <summary>Some bytes of the file.</summary>
internal readonly record struct FileRange(long Offset, int Length);

/// <summary>Bounds of the values of a column chunk as the file has them: PLAIN without lengths.</summary>
/// <param name="Min">None is below it; null = unknown.</param>
/// <param name="Max">None is above it; null = unknown.</param>
/// <param name="Nulls">How many are null; null = unknown.</param>
internal sealed record StoredStatistics(byte[]? Min, byte[]? Max, long? Nulls);
