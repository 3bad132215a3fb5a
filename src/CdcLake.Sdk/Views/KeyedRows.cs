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
    private readonly RowsByKey _rows;
    private readonly RowMap _touched = new(sizeof(int));
    private uint[] _references = [];

    /// <param name="view">Name for messages.</param>
    /// <param name="schema">Columns of the rows.</param>
    /// <param name="key">Ordinals of the key.</param>
    public KeyedRows(string view, Schema schema, IReadOnlyList<int> key)
    {
        _view = view;
        _rows = new RowsByKey(schema, key);
        KeySchema = new Schema(key.Select(k => schema[k]));
    }

    /// <summary>The key columns, in key order.</summary>
    public Schema KeySchema { get; }

    public IStateStore State => _rows.Rows;

    public bool IsTouched => _touched.Count > 0;

    /// <summary>Takes in changes of the open epoch. The batch stays the caller's.</summary>
    public void Add(ChangeBatch batch)
    {
        _rows.Add(batch);
        if (_references.Length < batch.Count)
        {
            _references = new uint[Math.Max(batch.Count, ChangeBatch.TargetRows)];
        }

        _touched.FindOrAdd(_rows.Keys, _references.AsSpan(0, batch.Count));
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
        _rows.Compact();
    }

    /// <summary>All rows, in pieces: after they were read back.</summary>
    public void All(Action<ChangeBatch, ChangeBatch> apply) => Each(_rows.Rows.Log.Next(0), _rows.Rows.Log.Next, _rows.Rows.KeyOf, apply);

    /// <summary>Nothing that is here counts any more.</summary>
    public void Clear()
    {
        _rows.Rows.Clear();
        _touched.Clear();
    }

    public void Dispose() => _rows.Dispose();

    private void Each(uint first, Func<uint, uint> next, KeyBytes keyOf, Action<ChangeBatch, ChangeBatch> apply)
    {
        using var gone = new EncodedRows();
        for (var at = first; at != 0;)
        {
            _rows.BeginPiece();
            gone.Clear();
            for (; at != 0 && _rows.Keys.Count + gone.Count < PieceKeys; at = next(at))
            {
                var key = keyOf(at);
                var row = _rows.Rows.HeadOf(key);
                if (row == 0)
                {
                    gone.Append(key);
                    continue;
                }

                RequireOne(row);
                _rows.AddToPiece(row);
            }

            using var rows = _rows.Piece();
            using var keys = new ChangeBatch(KeySchema);
            _rows.KeyCodec.Decode(gone, keys.Columns);
            keys.AppendWeights(-1, gone.Count);
            apply(rows, keys);
        }
    }

    private void RequireOne(uint row)
    {
        if (_rows.Rows.NextOf(row) != 0 || _rows.Rows.CountOf(row) > 1)
        {
            throw new DuplicateKeyException(
                $"{_view}: a key has more than one row in the result, one of them: {_rows.Print(row)}. Choose a key that is unique in the result at every transaction boundary, or group by it.");
        }
    }

    private void RequireNoNegative()
    {
        var row = _rows.Rows.NegativeRow();
        if (row != 0)
        {
            throw new InconsistentChangeException(
                $"{_view}: a row was withdrawn that is not in the result: {_rows.Print(row)}. The log does not start at the beginning of the table, or changes are missing from it.");
        }
    }

    private delegate ReadOnlySpan<byte> KeyBytes(uint reference);
}
