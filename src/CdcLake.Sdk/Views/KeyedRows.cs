using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Views;

/// <summary>
/// The rows of a view by key, as state of the pipeline, and the keys that the open epoch touched. Inside an epoch a key may have any number of rows; at its end it has
/// one or none. Not thread-safe.
/// </summary>
internal sealed class KeyedRows : IDisposable
{
    private const int PieceKeys = 4096;

    private readonly string _view;
    private readonly Schema _schema;
    private readonly RowCodec _keyCodec;
    private readonly RowCodec _restCodec;
    private readonly RowMultiset _rows = new();
    private readonly RowMap _touched = new(sizeof(int));
    private readonly EncodedRows _keys = new();
    private readonly EncodedRows _rests = new();
    private uint[] _references = [];

    /// <param name="view">Name for messages.</param>
    /// <param name="schema">Columns of the rows.</param>
    /// <param name="key">Ordinals of the key.</param>
    public KeyedRows(string view, Schema schema, IReadOnlyList<int> key)
    {
        _view = view;
        _schema = schema;
        _keyCodec = new RowCodec(schema, key);
        _restCodec = new RowCodec(schema, Enumerable.Range(0, schema.Count).Where(i => !key.Contains(i)));
        KeySchema = new Schema(key.Select(k => schema[k]));
    }

    /// <summary>The key columns, in key order.</summary>
    public Schema KeySchema { get; }

    public IStateStore State => _rows;

    public bool IsTouched => _touched.Count > 0;

    /// <summary>Takes in changes of the open epoch. The batch stays the caller's.</summary>
    public void Add(ChangeBatch batch)
    {
        _keyCodec.Encode(batch, _keys);
        _restCodec.Encode(batch, _rests);
        _keys.ComputeHashes();
        _rests.ComputeHashes();
        _rows.Apply(_keys, _rests, batch.Weights, default);
        if (_references.Length < _keys.Count)
        {
            _references = new uint[Math.Max(_keys.Count, ChangeBatch.TargetRows)];
        }

        _touched.FindOrAdd(_keys, _references.AsSpan(0, _keys.Count));
    }

    /// <summary>Gives the state of every touched key to <paramref name="apply"/>, in pieces, and forgets which they were.</summary>
    /// <param name="apply">Rows as they are now, and keys that have none any more (<see cref="KeySchema"/>); both belong to this object.</param>
    /// <exception cref="DuplicateKeyException">A key has more than one row.</exception>
    /// <exception cref="InconsistentChangeException">A row was withdrawn that was not there.</exception>
    public void EndEpoch(Action<ChangeBatch, ChangeBatch> apply)
    {
        RequireNoNegative();
        Each(_touched.Next(0), _touched.Next, _touched.KeyOf, apply);
        _touched.Clear();
        if (_rows.IsSparse)
        {
            _rows.Compact();
        }
    }

    /// <summary>All rows, in pieces: after they were read back.</summary>
    public void All(Action<ChangeBatch, ChangeBatch> apply) => Each(_rows.Log.Next(0), _rows.Log.Next, _rows.KeyOf, apply);

    /// <summary>Nothing that is here counts any more.</summary>
    public void Clear()
    {
        _rows.Clear();
        _touched.Clear();
    }

    public void Dispose()
    {
        _keys.Dispose();
        _rests.Dispose();
    }

    private void Each(uint first, Func<uint, uint> next, KeyBytes keyOf, Action<ChangeBatch, ChangeBatch> apply)
    {
        using var gone = new EncodedRows();
        for (var at = first; at != 0;)
        {
            _keys.Clear();
            _rests.Clear();
            gone.Clear();
            for (; at != 0 && _keys.Count + gone.Count < PieceKeys; at = next(at))
            {
                var key = keyOf(at);
                var row = _rows.HeadOf(key);
                if (row == 0)
                {
                    gone.Append(key);
                    continue;
                }

                RequireOne(row);
                _keys.Append(key);
                _rests.Append(_rows.RestOf(row));
            }

            using var rows = new ChangeBatch(_schema);
            _keyCodec.Decode(_keys, rows);
            _restCodec.Decode(_rests, rows);
            rows.AppendWeights(1, _keys.Count);
            using var keys = new ChangeBatch(KeySchema);
            _keyCodec.Decode(gone, keys.Columns);
            keys.AppendWeights(-1, gone.Count);
            apply(rows, keys);
        }
    }

    private void RequireOne(uint row)
    {
        var other = _rows.NextOf(row);
        if (other != 0 || _rows.CountOf(row) > 1)
        {
            throw new DuplicateKeyException(
                $"{_view}: the key ({_keyCodec.Print(_rows.KeyOf(row))}) has more than one row in the result; one has the other columns ({_restCodec.Print(_rows.RestOf(row))}). "
                + "Choose a key that is unique in the result at every transaction boundary, or group by it.");
        }
    }

    private void RequireNoNegative()
    {
        var row = _rows.NegativeRow();
        if (row != 0)
        {
            throw new InconsistentChangeException(
                $"{_view}: a row was withdrawn that is not in the result: key ({_keyCodec.Print(_rows.KeyOf(row))}), other columns ({_restCodec.Print(_rows.RestOf(row))}). "
                + "The log does not start at the beginning of the table, or changes are missing from it.");
        }
    }

    private delegate ReadOnlySpan<byte> KeyBytes(uint reference);
}
