using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Iceberg.Scanning;

/// <summary>Sums rows up, each with the copies that came and went, and gives what is left, as updates where the key is the same. Not thread-safe.</summary>
internal sealed class NetChanges : IDisposable
{
    private const int Block = 1024;

    private readonly Schema _schema;
    private readonly RowCodec _codec;
    private readonly RowCodec? _keyCodec;
    private readonly EncodedRows _rows = new();
    private readonly RowMap _net = new(sizeof(long)); // prefix: copies that came, less those that went
    private uint[] _references = [];

    /// <param name="schema">Columns of the rows.</param>
    /// <param name="key">Ordinals of the key; possibly none.</param>
    public NetChanges(Schema schema, IReadOnlyList<int> key)
    {
        _schema = schema;
        _codec = new RowCodec(schema, Enumerable.Range(0, schema.Count));
        _keyCodec = key.Count > 0 ? new RowCodec(schema, key) : null;
    }

    public void Dispose() => _rows.Dispose();

    public void Add(ChangeBatch batch, sbyte weight)
    {
        _codec.Encode(batch, _rows);
        _rows.ComputeHashes();
        _references = _references.Length < _rows.Count ? new uint[_rows.Count] : _references;
        _net.FindOrAdd(_rows, _references.AsSpan(0, _rows.Count));
        foreach (var reference in _references.AsSpan(0, _rows.Count))
        {
            _net.Field<long>(reference, 0) += weight;
        }
    }

    /// <summary>Deleted rows, updates, added rows: batches of weights −1, of −1 and +1 in turn, of +1. Each belongs to the caller.</summary>
    public IEnumerable<ChangeBatch> Read()
    {
        var updates = Pair();
        foreach (var batch in Copies(-1))
        {
            yield return batch;
        }

        for (var start = 0; start < updates.Count; start += Block)
        {
            _rows.Clear();
            foreach (var (old, @new) in updates.Skip(start).Take(Block))
            {
                _rows.Append(_net.KeyOf(old));
                _rows.Append(_net.KeyOf(@new));
            }

            var batch = Decode();
            batch.AppendUpdateWeights(_rows.Count);
            yield return batch;
        }

        foreach (var batch in Copies(1))
        {
            yield return batch;
        }
    }

    /// <summary>Takes pairs of a deleted and an added row with the same key out of the sums.</summary>
    private List<(uint Old, uint New)> Pair()
    {
        var pairs = new List<(uint, uint)>();
        if (_keyCodec is null)
        {
            return pairs;
        }

        var deleted = new RowMap(sizeof(uint)); // prefix: the deleted row
        using var keys = new EncodedRows();
        foreach (var isNew in new[] { false, true })
        {
            foreach (var block in Remaining(isNew ? 1 : -1).Chunk(Block))
            {
                EncodeKeys(block, keys);
                var found = new uint[block.Length];
                deleted.FindOrAdd(keys, found);
                for (var i = 0; i < block.Length; i++)
                {
                    ref var old = ref deleted.Field<uint>(found[i], 0);
                    if (!isNew)
                    {
                        old = block[i];
                    }
                    else if (old != 0)
                    {
                        _net.Field<long>(old, 0)++;
                        _net.Field<long>(block[i], 0)--;
                        pairs.Add((old, block[i]));
                        old = 0;
                    }
                }
            }
        }

        return pairs;
    }

    private void EncodeKeys(uint[] references, EncodedRows keys)
    {
        _rows.Clear();
        foreach (var reference in references)
        {
            _rows.Append(_net.KeyOf(reference));
        }

        using var batch = Decode();
        batch.AppendWeights(1, references.Length);
        _keyCodec!.Encode(batch, keys);
        keys.ComputeHashes();
    }

    private IEnumerable<uint> Remaining(int sign)
    {
        for (var reference = _net.Next(0); reference != 0; reference = _net.Next(reference))
        {
            if (Math.Sign(_net.Field<long>(reference, 0)) == sign)
            {
                yield return reference;
            }
        }
    }

    private IEnumerable<ChangeBatch> Copies(sbyte sign)
    {
        foreach (var block in Remaining(sign).SelectMany(r => Enumerable.Repeat(r, checked((int)Math.Abs(_net.Field<long>(r, 0))))).Chunk(Block))
        {
            _rows.Clear();
            foreach (var reference in block)
            {
                _rows.Append(_net.KeyOf(reference));
            }

            var batch = Decode();
            batch.AppendWeights(sign, block.Length);
            yield return batch;
        }
    }

    /// <summary>The rows as a batch that has no weights yet.</summary>
    private ChangeBatch Decode()
    {
        var batch = new ChangeBatch(_schema);
        _codec.Decode(_rows, batch.Columns);
        return batch;
    }
}
