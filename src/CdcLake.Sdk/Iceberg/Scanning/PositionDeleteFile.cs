using System.Collections.Immutable;
using CdcLake.Columnar;
using CdcLake.Parquet.Format;

namespace CdcLake.Iceberg.Scanning;

// Position delete file (Iceberg specification, "Position Delete Files"): Parquet with two required columns, sorted by both:
//
//   id           name       type
//   2147483546   file_path  string, byte for byte the path in the data file's manifest entry
//   2147483545   pos        long, row number from 0
//
// Of one data file ("file-scoped"): readers recognise that by equal, untruncated bounds of file_path and by referenced_data_file. Of several: readers
// open it for every data file whose path lies between the bounds, so the data files of one delete file are neighbours.

/// <summary>What every position delete file holds.</summary>
internal static class PositionDeleteFile
{
    public const int PathFieldId = 2147483546;
    public const int PositionFieldId = 2147483545;

    public static ImmutableArray<ParquetColumn> Columns { get; } =
    [
        new ParquetColumn("file_path", PathFieldId, Required: true, DataType.String),
        new ParquetColumn("pos", PositionFieldId, Required: true, DataType.Int64),
    ];
}
