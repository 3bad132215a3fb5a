using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.RowSinks;

/// <summary>The sum of the changes since the last commit, by key. What the target holds is not known: a row that is withdrawn is one that it has. Not thread-safe.</summary>
internal sealed class NetRows : IDisposable
{
    private const int PieceKeys = 1024;

    private readonly string _sink;
    private readonly Schema _schema;
    private readonly RowCodec _keyCodec;
    private readonly RowCodec _restCodec;
    private readonly RowMultiset _rows = new();
    private readonly EncodedRows _keys = new();
    private readonly EncodedRows _rests = new();

    /// <param name="sink">Name for messages.</param>
    /// <param name="schema">Columns of the rows.</param>
    /// <param name="key">Ordinals of the key.</param>
    public NetRows(string sink, Schema schema, IReadOnlyList<int> key)
    {
        _sink = sink;
        _schema = schema;
        _keyCodec = new RowCodec(schema, key);
        _restCodec = new RowCodec(schema, Enumerable.Range(0, schema.Count).Where(i => !key.Contains(i)));
    }

    /// <summary>Rows that came or went.</summary>
    public long Count => _rows.Count;

    public long Bytes => _rows.Count == 0 ? 0 : _rows.Bytes;

    /// <summary>Takes in changes. The batch stays the caller's.</summary>
    public void Add(ChangeBatch batch)
    {
        _keyCodec.Encode(batch, _keys);
        _restCodec.Encode(batch, _rests);
        _keys.ComputeHashes();
        _rests.ComputeHashes();
        _rows.Apply(_keys, _rests, batch.Weights, default);
    }

    /// <summary>Frees what was added and withdrawn again.</summary>
    public void Compact()
    {
        if (_rows.IsSparse)
        {
            _rows.Compact();
        }
    }

    public void Clear() => _rows.Clear();

    /// <summary>
    /// What became of every key, in pieces: its kind, and the rows in the order of the kinds, for an update the lost one and then the gained one. A piece is valid until the next.
    /// </summary>
    /// <exception cref="DuplicateKeyException">A key gained more than one row.</exception>
    /// <exception cref="InconsistentChangeException">A key lost more than one row.</exception>
    public IEnumerable<(IReadOnlyList<ChangeKind> Kinds, ChangeBatch Rows)> Changes()
    {
        var kinds = new List<ChangeKind>();
        for (var at = _rows.Log.Next(0); at != 0;)
        {
            _keys.Clear();
            _rests.Clear();
            kinds.Clear();
            for (; at != 0 && kinds.Count < PieceKeys; at = _rows.Log.Next(at))
            {
                if (_rows.HeadOf(_rows.KeyOf(at)) == at)
                {
                    kinds.Add(AddKey(at));
                }
            }

            using var piece = new ChangeBatch(_schema);
            _keyCodec.Decode(_keys, piece);
            _restCodec.Decode(_rests, piece);
            piece.AppendWeights(1, _keys.Count);
            yield return (kinds, piece);
        }
    }

    public void Dispose()
    {
        _keys.Dispose();
        _rests.Dispose();
    }

    private ChangeKind AddKey(uint head)
    {
        var (lost, gained) = (0u, 0u);
        for (var row = head; row != 0; row = _rows.NextOf(row))
        {
            ref var place = ref _rows.CountOf(row) < 0 ? ref lost : ref gained;
            if (place != 0 || Math.Abs(_rows.CountOf(row)) > 1)
            {
                throw Contradiction(row);
            }

            place = row;
        }

        Append(lost);
        Append(gained);
        return lost == 0 ? ChangeKind.Added : gained == 0 ? ChangeKind.Removed : ChangeKind.Updated;
    }

    private void Append(uint row)
    {
        if (row != 0)
        {
            _keys.Append(_rows.KeyOf(row));
            _rests.Append(_rows.RestOf(row));
        }
    }

    private CdcLakeException Contradiction(uint row)
    {
        var text = $"key ({_keyCodec.Print(_rows.KeyOf(row))}), other columns ({_restCodec.Print(_rows.RestOf(row))})";
        return _rows.CountOf(row) > 0
            ? new DuplicateKeyException($"{_sink}: a key has more than one row in the result, one of them: {text}. Choose a key that is unique in the result at every transaction boundary, or group by it.")
            : new InconsistentChangeException(
                $"{_sink}: more rows were withdrawn than a key can have, one of them: {text}. The log does not start at the beginning of the table, or changes are missing from it.");
    }
}
