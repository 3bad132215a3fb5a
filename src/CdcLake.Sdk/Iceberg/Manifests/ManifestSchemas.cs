using CdcLake.Avro;

namespace CdcLake.Iceberg.Manifests;

// Field ids, names and types of manifests and manifest lists: Iceberg specification, "Manifests" and "Manifest Lists", format versions 2 and 3.
// Optional fields are unions with null first. The partition of an unpartitioned table is a record without fields.

/// <summary>Avro schemas that we write. Readers go by field id, so what others wrote may have other names and orders.</summary>
internal static class ManifestSchemas
{
    private const int RowLineage = 3;

    /// <summary>Entries of unpartitioned tables, with all fields that we know.</summary>
    public static AvroType Entry { get; } = EntryOf(RowLineage, PartitionTuple.Empty.Type);

    /// <summary>Manifests with all fields that we know.</summary>
    public static AvroType ListEntry { get; } = ListEntryOf(RowLineage);

    /// <summary>Summaries of partition fields.</summary>
    public static AvroType Summary { get; } = SummaryType();

    /// <param name="formatVersion">2 or 3.</param>
    /// <param name="partition">Type of the partition: a record.</param>
    public static AvroType EntryOf(int formatVersion, AvroType partition) => AvroType.Record(
        "manifest_entry",
        new AvroField("status", AvroType.Int, EntryFields.Status),
        new AvroField("snapshot_id", AvroType.Optional(AvroType.Long), EntryFields.SnapshotId),
        new AvroField("sequence_number", AvroType.Optional(AvroType.Long), EntryFields.SequenceNumber),
        new AvroField("file_sequence_number", AvroType.Optional(AvroType.Long), EntryFields.FileSequenceNumber),
        new AvroField("data_file", DataFileType(formatVersion, partition), EntryFields.DataFile));

    /// <param name="formatVersion">2 or 3.</param>
    public static AvroType ListEntryOf(int formatVersion) => AvroType.Record(
        "manifest_file",
        [
        new AvroField("manifest_path", AvroType.String, ListFields.Path),
        new AvroField("manifest_length", AvroType.Long, ListFields.Length),
        new AvroField("partition_spec_id", AvroType.Int, ListFields.PartitionSpecId),
        new AvroField("content", AvroType.Int, ListFields.Content),
        new AvroField("sequence_number", AvroType.Long, ListFields.SequenceNumber),
        new AvroField("min_sequence_number", AvroType.Long, ListFields.MinSequenceNumber),
        new AvroField("added_snapshot_id", AvroType.Long, ListFields.AddedSnapshotId),
        new AvroField("added_files_count", AvroType.Int, ListFields.AddedFiles),
        new AvroField("existing_files_count", AvroType.Int, ListFields.ExistingFiles),
        new AvroField("deleted_files_count", AvroType.Int, ListFields.DeletedFiles),
        new AvroField("added_rows_count", AvroType.Long, ListFields.AddedRows),
        new AvroField("existing_rows_count", AvroType.Long, ListFields.ExistingRows),
        new AvroField("deleted_rows_count", AvroType.Long, ListFields.DeletedRows),
        new AvroField("partitions", AvroType.Optional(AvroType.Array(SummaryType(), ListFields.PartitionElement)), ListFields.Partitions),
        new AvroField("key_metadata", AvroType.Optional(AvroType.Bytes), ListFields.KeyMetadata),
        .. formatVersion < RowLineage ? (AvroField[])[] : [new AvroField("first_row_id", AvroType.Optional(AvroType.Long), ListFields.FirstRowId)],
        ]);

    private static AvroType DataFileType(int formatVersion, AvroType partition) => AvroType.Record(
        "r2",
        [
        new AvroField("content", AvroType.Int, FileFields.Content),
        new AvroField("file_path", AvroType.String, FileFields.Path),
        new AvroField("file_format", AvroType.String, FileFields.Format),
        new AvroField("partition", partition, FileFields.Partition),
        new AvroField("record_count", AvroType.Long, FileFields.RecordCount),
        new AvroField("file_size_in_bytes", AvroType.Long, FileFields.FileSize),
        new AvroField("column_sizes", AvroType.Optional(AvroType.IntMap(117, 118, AvroType.Long)), FileFields.ColumnSizes),
        new AvroField("value_counts", AvroType.Optional(AvroType.IntMap(119, 120, AvroType.Long)), FileFields.ValueCounts),
        new AvroField("null_value_counts", AvroType.Optional(AvroType.IntMap(121, 122, AvroType.Long)), FileFields.NullCounts),
        new AvroField("nan_value_counts", AvroType.Optional(AvroType.IntMap(138, 139, AvroType.Long)), FileFields.NanCounts),
        new AvroField("lower_bounds", AvroType.Optional(AvroType.IntMap(126, 127, AvroType.Bytes)), FileFields.LowerBounds),
        new AvroField("upper_bounds", AvroType.Optional(AvroType.IntMap(129, 130, AvroType.Bytes)), FileFields.UpperBounds),
        new AvroField("key_metadata", AvroType.Optional(AvroType.Bytes), FileFields.KeyMetadata),
        new AvroField("split_offsets", AvroType.Optional(AvroType.Array(AvroType.Long, 133)), FileFields.SplitOffsets),
        new AvroField("equality_ids", AvroType.Optional(AvroType.Array(AvroType.Int, 136)), FileFields.EqualityIds),
        new AvroField("sort_order_id", AvroType.Optional(AvroType.Int), FileFields.SortOrderId),
        .. formatVersion < RowLineage ? (AvroField[])[] : [new AvroField("first_row_id", AvroType.Optional(AvroType.Long), FileFields.FirstRowId)],
        new AvroField("referenced_data_file", AvroType.Optional(AvroType.String), FileFields.ReferencedDataFile),
        .. formatVersion < RowLineage ? (AvroField[])[] :
        [
            new AvroField("content_offset", AvroType.Optional(AvroType.Long), FileFields.ContentOffset),
            new AvroField("content_size_in_bytes", AvroType.Optional(AvroType.Long), FileFields.ContentSize),
        ],
        ]);

    private static AvroType SummaryType() => AvroType.Record(
        "r508",
        new AvroField("contains_null", AvroType.Boolean, SummaryFields.ContainsNull),
        new AvroField("contains_nan", AvroType.Optional(AvroType.Boolean), SummaryFields.ContainsNan),
        new AvroField("lower_bound", AvroType.Optional(AvroType.Bytes), SummaryFields.Lower),
        new AvroField("upper_bound", AvroType.Optional(AvroType.Bytes), SummaryFields.Upper));
}

/// <summary>Field ids of <c>manifest_entry</c>.</summary>
internal static class EntryFields
{
    public const int Status = 0;
    public const int SnapshotId = 1;
    public const int DataFile = 2;
    public const int SequenceNumber = 3;
    public const int FileSequenceNumber = 4;
}

/// <summary>Field ids of <c>data_file</c>.</summary>
internal static class FileFields
{
    public const int Path = 100;
    public const int Format = 101;
    public const int Partition = 102;
    public const int RecordCount = 103;
    public const int FileSize = 104;
    public const int ColumnSizes = 108;
    public const int ValueCounts = 109;
    public const int NullCounts = 110;
    public const int LowerBounds = 125;
    public const int UpperBounds = 128;
    public const int KeyMetadata = 131;
    public const int SplitOffsets = 132;
    public const int Content = 134;
    public const int EqualityIds = 135;
    public const int NanCounts = 137;
    public const int SortOrderId = 140;
    public const int FirstRowId = 142;
    public const int ReferencedDataFile = 143;
    public const int ContentOffset = 144;
    public const int ContentSize = 145;
}

/// <summary>Field ids of <c>manifest_file</c>.</summary>
internal static class ListFields
{
    public const int Path = 500;
    public const int Length = 501;
    public const int PartitionSpecId = 502;
    public const int AddedSnapshotId = 503;
    public const int AddedFiles = 504;
    public const int ExistingFiles = 505;
    public const int DeletedFiles = 506;
    public const int Partitions = 507;
    public const int PartitionElement = 508;
    public const int AddedRows = 512;
    public const int ExistingRows = 513;
    public const int DeletedRows = 514;
    public const int SequenceNumber = 515;
    public const int MinSequenceNumber = 516;
    public const int Content = 517;
    public const int KeyMetadata = 519;
    public const int FirstRowId = 520;
}

/// <summary>Field ids of <c>field_summary</c>.</summary>
internal static class SummaryFields
{
    public const int ContainsNull = 509;
    public const int Lower = 510;
    public const int Upper = 511;
    public const int ContainsNan = 518;
}
