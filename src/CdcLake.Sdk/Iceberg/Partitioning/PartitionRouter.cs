using CdcLake.Avro;
using CdcLake.Columnar;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Partitioning;

/// <summary>Says which partition rows belong to, and brings those of one partition together. Nothing is allocated for a row. Not thread-safe.</summary>
internal sealed class PartitionRouter
{
    private readonly int _specId;
    private readonly IReadOnlyList<PartitionField> _fields;
    private readonly DataType[] _types;
    private readonly PartitionFieldEncoder[] _encoders;
    private readonly AvroType _tupleType;
    private readonly AvroWriter _values = new();
    private readonly Dictionary<byte[], int> _known;
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private readonly List<FilePartition> _partitions = [];
    private readonly List<int> _counts = [];
    private int[] _numbers = [];
    private int[] _sorted = [];

    /// <param name="spec">Spec of new files.</param>
    /// <param name="schema">The table's schema.</param>
    /// <param name="columns">Types of its columns, in its order.</param>
    /// <param name="where">Which table, for errors.</param>
    /// <exception cref="CatalogException">A transform is not known, or does not take its column.</exception>
    public PartitionRouter(PartitionSpec spec, IcebergSchema schema, Schema columns, string where)
    {
        _specId = spec.SpecId;
        _fields = spec.Fields;
        var ordinals = _fields.Select(f => OrdinalOf(f, schema, columns, where)).ToList();
        _types = [.. ordinals.Select(o => columns[o].Type)];
        _encoders = [.. _fields.Select((f, i) => new PartitionFieldEncoder(ordinals[i], _types[i], f.Transform))];
        _tupleType = PartitionValues.TypeOf(_fields, [.. _fields.Select((f, i) => f.Transform.ResultOf(_types[i]))]);
        _known = new Dictionary<byte[], int>(BytesEquality.Instance);
        _lookup = _known.GetAlternateLookup<ReadOnlySpan<byte>>();
        IsPartitioned = !spec.IsUnpartitioned;
        if (!IsPartitioned)
        {
            _ = PartitionOf([]);
        }
    }

    /// <summary>False when all rows belong to <see cref="Only"/>.</summary>
    public bool IsPartitioned { get; }

    /// <summary>The partition of an unpartitioned spec.</summary>
    public FilePartition Only => _partitions[0];

    /// <summary>Groups rows by partition, each group in the order of the rows. What it gives is valid until the next call.</summary>
    /// <param name="columns">Columns in the table's order.</param>
    /// <param name="rows">Which rows.</param>
    public IReadOnlyList<(FilePartition Partition, ReadOnlyMemory<int> Rows)> Route(IReadOnlyList<Column> columns, ReadOnlySpan<int> rows)
    {
        if (_numbers.Length < rows.Length)
        {
            _numbers = new int[rows.Length];
            _sorted = new int[rows.Length];
        }

        for (var i = 0; i < rows.Length; i++)
        {
            _values.Clear();
            foreach (var encoder in _encoders)
            {
                encoder.Encode(columns, rows[i], _values);
            }

            var number = PartitionOf(_values.Written);
            _numbers[i] = number;
            _counts[number]++;
        }

        return Gather(rows);
    }

    private List<(FilePartition Partition, ReadOnlyMemory<int> Rows)> Gather(ReadOnlySpan<int> rows)
    {
        var groups = new List<(FilePartition, ReadOnlyMemory<int>)>();
        var next = 0;
        for (var number = 0; number < _counts.Count; number++)
        {
            var count = _counts[number];
            _counts[number] = next;
            if (count > 0)
            {
                groups.Add((_partitions[number], _sorted.AsMemory(next, count)));
                next += count;
            }
        }

        for (var i = 0; i < rows.Length; i++)
        {
            _sorted[_counts[_numbers[i]]++] = rows[i];
        }

        for (var number = 0; number < _counts.Count; number++)
        {
            _counts[number] = 0;
        }

        return groups;
    }

    private int PartitionOf(ReadOnlySpan<byte> encoded)
    {
        if (_lookup.TryGetValue(encoded, out var known))
        {
            return known;
        }

        var tuple = new PartitionTuple(_tupleType, encoded);
        _partitions.Add(new FilePartition(_specId, tuple, PartitionPath.Of(_fields, _types, PartitionValues.Read(tuple))));
        _counts.Add(0);
        _known.Add(encoded.ToArray(), _partitions.Count - 1);
        return _partitions.Count - 1;
    }

    private static int OrdinalOf(PartitionField field, IcebergSchema schema, Schema columns, string where)
    {
        var ordinal = schema.Fields.Select(f => f.Id).ToList().IndexOf(field.SourceId);
        return ordinal >= 0 && field.Transform.Takes(columns[ordinal].Type)
            ? ordinal
            : throw new CatalogException(
                $"{where} is partitioned by {field.Transform} of {(ordinal < 0 ? $"field {field.SourceId}, which is no column" : $"\"{columns[ordinal].Name}\" ({columns[ordinal].Type})")}, "
                + "which this version of the library cannot compute. Replace that partition field, or write to another table.");
    }

    private sealed class BytesEquality : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static BytesEquality Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = default(HashCode);
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
