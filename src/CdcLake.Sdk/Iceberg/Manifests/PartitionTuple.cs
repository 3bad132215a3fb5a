using CdcLake.Avro;

namespace CdcLake.Iceberg.Manifests;

/// <summary>
/// The partition that a file belongs to: one value for each field of its spec, in the Avro encoding of its manifest (struct <c>r102</c>), which is unique for each
/// value. Immutable. Iceberg specification, "Manifests", field 102.
/// </summary>
internal sealed class PartitionTuple : IEquatable<PartitionTuple>
{
    private readonly byte[] _encoded;

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

    /// <summary>True for the same values of the same partition fields.</summary>
    public bool Equals(PartitionTuple? other) =>
        ReferenceEquals(this, other) || (other is not null && Type.Fields.Select(f => f.Id).SequenceEqual(other.Type.Fields.Select(f => f.Id)) && Encoded.SequenceEqual(other.Encoded));

    public override bool Equals(object? obj) => Equals(obj as PartitionTuple);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_encoded);
        return hash.ToHashCode();
    }
}
