using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using CdcLake.Avro;

namespace CdcLake.Iceberg.Manifests;

/// <summary>
/// The partition that a file belongs to: one value for each field of its spec, in the Avro encoding of its manifest (struct <c>r102</c>). Other writers, and manifests of before a column was
/// widened, encode the same value otherwise. Immutable. Iceberg specification, "Manifests", field 102.
/// </summary>
internal sealed class PartitionTuple : IEquatable<PartitionTuple>
{
    private static readonly ConditionalWeakTable<AvroType, string> Forms = [];

    [ThreadStatic]
    private static AvroWriter? _writer;

    private readonly byte[] _encoded;
    private byte[]? _values;

    /// <param name="type">A record with one optional field for each field of the spec, field ids set.</param>
    /// <param name="encoded">A value of it.</param>
    public PartitionTuple(AvroType type, ReadOnlySpan<byte> encoded)
    {
        Type = type;
        _encoded = encoded.ToArray();
    }

    /// <summary>The partition of files of an unpartitioned spec.</summary>
    public static PartitionTuple Empty { get; } = new(AvroType.Record("r102"), []);

    /// <summary>Record type of the values.</summary>
    public AvroType Type { get; }

    /// <summary>The values as a manifest holds them.</summary>
    public ReadOnlySpan<byte> Encoded => _encoded;

    /// <summary>How they are encoded: only files of the same form may stand in one manifest.</summary>
    public string Form => Forms.GetValue(Type, static t => string.Join(';', t.Fields.Select(f => $"{f.Id} {AvroSchemaJson.Write(f.Type)}")));

    // Whatever the encoding: each field as nothing, a number, a floating-point number (-0.0 and 0.0 are two), or bytes behind their length, decimals with as few as they need.
    private byte[] Values => _values ??= ValuesOf(this);

    /// <summary>True for the same values of the same partition fields.</summary>
    public bool Equals(PartitionTuple? other) => ReferenceEquals(this, other) || (other is not null && (ReferenceEquals(Type, other.Type)
        ? Encoded.SequenceEqual(other.Encoded)
        : Type.Fields.Select(f => f.Id).SequenceEqual(other.Type.Fields.Select(f => f.Id)) && Values.AsSpan().SequenceEqual(other.Values)));

    public override bool Equals(object? obj) => Equals(obj as PartitionTuple);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(Values);
        return hash.ToHashCode();
    }

    private static byte[] ValuesOf(PartitionTuple tuple)
    {
        var values = _writer ??= new AvroWriter();
        values.Clear();
        var reader = new AvroReader(tuple.Encoded);
        Span<byte> wide = stackalloc byte[sizeof(double)];
        foreach (var field in tuple.Type.Fields)
        {
            var type = reader.Resolve(field.Type);
            values.WriteInt(type.Kind is AvroKind.Int or AvroKind.Long ? (int)AvroKind.Long : type.Kind is AvroKind.Float or AvroKind.Double ? (int)AvroKind.Double : (int)type.Kind);
            switch (type.Kind)
            {
                case AvroKind.Float:
                    BinaryPrimitives.WriteDoubleLittleEndian(wide, BinaryPrimitives.ReadSingleLittleEndian(reader.ReadEncoded(type)));
                    values.WriteRaw(wide);
                    break;
                case AvroKind.Fixed when type.Attributes.Any(a => a is { Key: "logicalType", Value: "\"decimal\"" }):
                    values.WriteBytes(Shortest(reader.ReadEncoded(type)));
                    break;
                default:
                    values.WriteRaw(reader.ReadEncoded(type)); // numbers of any width are encoded alike
                    break;
            }
        }

        return values.Written.ToArray();
    }

    /// <summary>A big-endian number without the bytes that only repeat its sign.</summary>
    private static ReadOnlySpan<byte> Shortest(ReadOnlySpan<byte> number)
    {
        while (number.Length > 1 && number[0] == (number[1] < 0x80 ? 0 : 0xFF))
        {
            number = number[1..];
        }

        return number;
    }
}
