namespace CdcLake.Parquet.Format;

/// <summary>What the footer of a file says, as far as reading flat columns needs it.</summary>
/// <param name="RowCount">Rows of the file.</param>
/// <param name="Leaves">All columns that hold values, in file order; those inside groups are there only to count.</param>
/// <param name="RowGroups">In file order.</param>
/// <param name="KeyValues">Key and value pairs; the last one of a key counts.</param>
/// <param name="CreatedBy">Name and version of the writer, or null.</param>
internal sealed record ParquetFooter(
    long RowCount,
    IReadOnlyList<SchemaLeaf> Leaves,
    IReadOnlyList<RowGroupLocation> RowGroups,
    IReadOnlyDictionary<string, string> KeyValues,
    string? CreatedBy);

/// <summary>A column that holds values.</summary>
/// <param name="Name">Name of the last path element.</param>
/// <param name="FieldId">Iceberg field id, or null when the writer gave none.</param>
/// <param name="Physical">How values are stored.</param>
/// <param name="FixedLength">Bytes of a FIXED_LEN_BYTE_ARRAY, else 0.</param>
/// <param name="IsOptional">True when rows may be null.</param>
/// <param name="IsTopLevel">False inside a group.</param>
/// <param name="IsRepeated">True for a list without the groups that lists have.</param>
/// <param name="Annotation">What the values mean.</param>
internal sealed record SchemaLeaf(
    string Name, int? FieldId, PhysicalType Physical, int FixedLength, bool IsOptional, bool IsTopLevel, bool IsRepeated, Annotation Annotation)
{
    /// <summary>False for columns that cannot be read here.</summary>
    public bool IsFlat => IsTopLevel && !IsRepeated;
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
internal readonly record struct ChunkLocation(int Codec, long Values, long Offset, long Length, bool IsEncrypted = false);
