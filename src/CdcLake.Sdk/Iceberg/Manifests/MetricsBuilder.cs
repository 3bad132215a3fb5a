using System.Collections.Immutable;
using CdcLake.Avro;

namespace CdcLake.Iceberg.Manifests;

/// <summary>Collects the per-column maps of a manifest entry into one object for each column.</summary>
internal struct MetricsBuilder
{
    private SortedDictionary<int, ColumnMetrics>? _columns;

    /// <summary>True for the ids of fields that are such maps.</summary>
    public static bool Has(int fieldId) => fieldId is FileFields.ColumnSizes or FileFields.ValueCounts or FileFields.NullCounts or FileFields.NanCounts
        or FileFields.LowerBounds or FileFields.UpperBounds;

    public void Read(ref AvroReader reader, AvroType type, int fieldId)
    {
        var array = reader.Resolve(type);
        if (array.Kind == AvroKind.Null)
        {
            return;
        }

        if (array is not { Kind: AvroKind.Array, Items: { Kind: AvroKind.Record, Fields.Length: 2 } pair })
        {
            throw reader.Unexpected(array, "a map with int keys");
        }

        for (var count = reader.ReadBlockCount(pair); count > 0; count = reader.ReadBlockCount(pair))
        {
            for (var i = 0; i < count; i++)
            {
                Set(reader.ReadInt(pair.Fields[0].Type, "key"), ref reader, pair.Fields[1].Type, fieldId);
            }
        }
    }

    public readonly ImmutableArray<ColumnMetrics> Build() => _columns is null ? [] : [.. _columns.Values];

    private void Set(int column, ref AvroReader reader, AvroType type, int fieldId)
    {
        _columns ??= [];
        var known = _columns.TryGetValue(column, out var metrics) ? metrics : new ColumnMetrics(column);
        _columns[column] = fieldId switch
        {
            FileFields.ColumnSizes => known with { Size = reader.ReadOptionalLong(type) },
            FileFields.ValueCounts => known with { ValueCount = reader.ReadOptionalLong(type) },
            FileFields.NullCounts => known with { NullCount = reader.ReadOptionalLong(type) },
            FileFields.NanCounts => known with { NanCount = reader.ReadOptionalLong(type) },
            FileFields.LowerBounds => known with { Lower = reader.ReadOptionalBytes(type) },
            _ => known with { Upper = reader.ReadOptionalBytes(type) },
        };
    }
}
