using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Partition values as .NET objects, for people.</summary>
internal static class PartitionCells
{
    /// <summary>Name and value of each field of a file's spec.</summary>
    public static IReadOnlyDictionary<string, object?> Of(DataFile file, TableMetadata table)
    {
        var cells = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (table.PartitionSpecs.FirstOrDefault(s => s.SpecId == file.SpecId) is { } spec)
        {
            var values = PartitionConstants.ValuesOf(file.Partition);
            foreach (var field in PartitionConstants.FieldsOf(spec))
            {
                cells[field.Name] = values.GetValueOrDefault(field.FieldId) is { } value ? CellOf(value, TypeOf(field, table), table, field.SourceId) : null;
            }
        }

        return cells;
    }

    /// <summary>Type of the transform's result. Iceberg specification, "Partition Transforms".</summary>
    private static DataType? TypeOf(ScanPartitionField field, TableMetadata table) => field.Transform switch
    {
        "day" => DataType.Date,
        "year" or "month" or "hour" => DataType.Int32,
        _ when field.Transform.StartsWith("bucket", StringComparison.Ordinal) => DataType.Int32,
        _ => ScanColumns.Find(table.Schema.Fields, field.SourceId) is { } source ? ScanColumns.TypeOf(source.Type) : null,
    };

    private static object CellOf(object value, DataType? type, TableMetadata table, int sourceId)
    {
        if (type is not { } known || PartitionConstants.ToStorage(value, known, PartitionConstants.IsUuid(table, sourceId)) is not { } stored)
        {
            return value;
        }

        var column = Column.Create(known);
        column.AppendRepeated(stored, 1);
        return CellValue.Of(column, 0)!;
    }
}
