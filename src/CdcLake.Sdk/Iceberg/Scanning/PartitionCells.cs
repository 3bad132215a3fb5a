using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
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
            foreach (var field in spec.Fields)
            {
                cells[field.Name] = PartitionConstants.ValueOf(file.Partition, field.FieldId) is { } value ? CellOf(value, TypeOf(field, table), table, field.SourceId) : null;
            }
        }

        return cells;
    }

    private static DataType? TypeOf(PartitionField field, TableMetadata table) =>
        ScanColumns.Find(table.Schema.Fields, field.SourceId) is { } source && ScanColumns.TypeOf(source.Type) is { } type ? field.Transform.ResultOf(type) : null;

    private static object CellOf(PartitionValue value, DataType? type, TableMetadata table, int sourceId)
    {
        if (type is not { } known || PartitionConstants.ToStorage(value, known, PartitionConstants.IsUuid(table, sourceId)) is not { } stored)
        {
            return value.Bytes ?? (object)value.Integer;
        }

        var column = Column.Create(known);
        column.AppendRepeated(stored, 1);
        return CellValue.Of(column, 0)!;
    }
}
