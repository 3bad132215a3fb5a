using System.Buffers.Binary;
using System.Globalization;
using CdcLake.Avro;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Partitioning;

/// <summary>A value of a partition tuple.</summary>
/// <param name="IsNull">There is none.</param>
/// <param name="Integer">Booleans, integers, dates, times, unscaled decimals.</param>
/// <param name="Float">Floating point.</param>
/// <param name="Bytes">Text, binary, fixed other than decimals; null for the others.</param>
/// <param name="Single">The value as bounds have it; empty for null.</param>
internal readonly record struct PartitionValue(bool IsNull, Int128 Integer, double Float, byte[]? Bytes, byte[] Single);

/// <summary>Types and values of partition tuples, in the Avro encoding of manifests. Iceberg specification, "Manifests", field 102, and appendix A.</summary>
internal static class PartitionValues
{
    /// <summary>The record type of a spec's tuples.</summary>
    /// <param name="fields">Fields of the spec.</param>
    /// <param name="types">Type of each field's values.</param>
    public static AvroType TypeOf(IReadOnlyList<PartitionField> fields, IReadOnlyList<DataType> types) => AvroType.Record(
        "r102", [.. fields.Select((f, i) => new AvroField(TableLayout.ParquetName(f.Name), AvroType.Optional(TypeOf(types[i])), f.FieldId))]);

    /// <summary>The values of a tuple of any writer.</summary>
    public static PartitionValue[] Read(PartitionTuple tuple)
    {
        var reader = new AvroReader(tuple.Encoded);
        var values = new PartitionValue[tuple.Type.Fields.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Read(ref reader, tuple.Type.Fields[i].Type);
        }

        return values;
    }

    /// <summary>Bytes of a decimal's fixed: the fewest that hold all values of its precision.</summary>
    public static int DecimalLength(int precision)
    {
        var limit = Int128.One;
        for (var i = 0; i < precision; i++)
        {
            limit *= 10;
        }

        return SingleValue.MinimalBigEndian(limit - 1).Length;
    }

    private static AvroType TypeOf(DataType type) => type.Kind switch
    {
        TypeKind.Boolean => AvroType.Boolean,
        TypeKind.Float32 => AvroType.Float,
        TypeKind.Float64 => AvroType.Double,
        TypeKind.String => AvroType.String,
        TypeKind.Binary => AvroType.Bytes,
        TypeKind.Date => AvroType.Int.With([new("logicalType", "\"date\"")]),
        TypeKind.DateTime or TypeKind.Timestamp => AvroType.Long.With(
            [new("logicalType", "\"timestamp-micros\""), new("adjust-to-utc", type.Kind == TypeKind.Timestamp ? "true" : "false")]),
        TypeKind.UInt64 => Decimal(20, 0),
        TypeKind.Decimal => Decimal(type.Precision, type.Scale),
        _ => type.Storage == StorageKind.Int32 ? AvroType.Int : AvroType.Long,
    };

    private static AvroType Decimal(int precision, int scale) => AvroType.Fixed(string.Create(CultureInfo.InvariantCulture, $"decimal_{precision}_{scale}"), DecimalLength(precision)).With(
    [
        new("logicalType", "\"decimal\""),
        new("precision", precision.ToString(CultureInfo.InvariantCulture)),
        new("scale", scale.ToString(CultureInfo.InvariantCulture)),
    ]);

    private static PartitionValue Read(ref AvroReader reader, AvroType type)
    {
        var actual = reader.Resolve(type);
        switch (actual.Kind)
        {
            case AvroKind.Null:
                return new PartitionValue(true, 0, 0, null, []);
            case AvroKind.Boolean:
                var flag = reader.ReadBoolean() ? (byte)1 : (byte)0;
                return new PartitionValue(false, flag, 0, null, [flag]);
            case AvroKind.Int:
                return Integer(reader.ReadInt(), sizeof(int));
            case AvroKind.Long:
                return Integer(reader.ReadLong(), sizeof(long));
            case AvroKind.Float:
                var single = reader.ReadEncoded(actual).ToArray();
                return new PartitionValue(false, 0, BinaryPrimitives.ReadSingleLittleEndian(single), null, single);
            case AvroKind.Double:
                var wide = reader.ReadEncoded(actual).ToArray();
                return new PartitionValue(false, 0, BinaryPrimitives.ReadDoubleLittleEndian(wide), null, wide);
            case AvroKind.Fixed when actual.Attributes.Any(a => a is { Key: "logicalType", Value: "\"decimal\"" }):
                var unscaled = BigEndian(reader.ReadEncoded(actual));
                return new PartitionValue(false, unscaled, 0, null, SingleValue.MinimalBigEndian(unscaled));
            case AvroKind.Fixed:
                var raw = reader.ReadEncoded(actual).ToArray();
                return new PartitionValue(false, 0, 0, raw, raw);
            default:
                var bytes = reader.ReadBytes().ToArray();
                return new PartitionValue(false, 0, 0, bytes, bytes);
        }
    }

    private static PartitionValue Integer(long value, int length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return new PartitionValue(false, value, 0, null, bytes[..length].ToArray());
    }

    private static Int128 BigEndian(ReadOnlySpan<byte> bytes)
    {
        var value = bytes.IsEmpty || bytes[0] < 0x80 ? Int128.Zero : Int128.NegativeOne;
        foreach (var b in bytes)
        {
            value = (value << 8) | b;
        }

        return value;
    }
}
