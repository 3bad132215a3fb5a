using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using CdcLake.Avro;
using CdcLake.Iceberg.Partitioning;

namespace CdcLake.Iceberg.Manifests;

/// <summary>
/// The partition that a file belongs to: one value for each field of its spec, in the Avro encoding of its manifest (struct <c>r102</c>). Other writers, and manifests of before a column was
/// widened, encode the same value otherwise. Immutable. Iceberg specification, "Manifests", field 102.
/// </summary>
internal sealed class PartitionTuple : IEquatable<PartitionTuple>
{
    private static readonly ConditionalWeakTable<AvroType, string> Forms = [];
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

    // Whatever the encoding: for each field whether it is null, a number, a floating-point number (-0.0 and 0.0 are two), and bytes.
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
        const int Numbers = 1 + 16 + sizeof(double) + sizeof(int);
        using var values = new MemoryStream();
        Span<byte> numbers = stackalloc byte[Numbers];
        foreach (var value in PartitionValues.Read(tuple))
        {
            numbers[0] = value.IsNull ? (byte)0 : (byte)1;
            BinaryPrimitives.WriteInt128LittleEndian(numbers[1..], value.Integer);
            BinaryPrimitives.WriteDoubleLittleEndian(numbers[17..], value.Float);
            BinaryPrimitives.WriteInt32LittleEndian(numbers[25..], value.Bytes?.Length ?? 0);
            values.Write(numbers);
            values.Write(value.Bytes);
        }

        return values.ToArray();
    }
}
