using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Upserts;

/// <summary>
/// What waits for the commit of one sink: for each key that changed since the last commit its final row, or that it is gone.
/// Each epoch is summed per key: a row added and withdrawn again cancels, the rest withdraws before it adds.
/// Not thread-safe.
/// </summary>
internal sealed partial class Consolidator : IDisposable
{
    /// <summary>Rows in a piece taken at commit unless asked otherwise.</summary>
    public const int PieceRows = 65_536;

    private readonly Schema _schema;
    private readonly Schema _keySchema;
    private readonly RowCodec _restCodec;
    private readonly RowMap _keys = new(System.Runtime.CompilerServices.Unsafe.SizeOf<PendingKey>());
    private readonly PendingRows _rows = new();
    private readonly EncodedRows _batchKeys = new();
    private readonly EncodedRows _batchRests = new();
    private uint[] _references = [];
    private uint[] _touched = [];
    private int _touchedCount;

    /// <param name="schema">Columns of the result.</param>
    /// <param name="key">Ordinals of the upsert key, one or more.</param>
    /// <param name="sink">Name for messages: <c>iceberg(demo.sales_by_product)</c>.</param>
    public Consolidator(Schema schema, IReadOnlyList<int> key, string sink)
    {
        _schema = schema;
        _keySchema = new Schema(key.Select(k => schema[k]));
        KeyCodec = new RowCodec(schema, key);
        _restCodec = new RowCodec(schema, Enumerable.Range(0, schema.Count).Where(i => !key.Contains(i)));
        Sink = sink;
    }

    /// <summary>Encodes key columns as they appear in <see cref="ICommittedKeys"/> and <see cref="ConsolidatedRows.Keys"/>.</summary>
    public RowCodec KeyCodec { get; }

    public string Sink { get; }

    /// <summary>How to know which keys the target holds.</summary>
    public TargetKnowledge Target { get; set; }

    /// <summary>True while the open epoch mentions keys.</summary>
    public bool HasOpenChanges => _touchedCount > 0;

    /// <summary>Keys with something to commit, ended epochs only.</summary>
    public long PendingRows { get; private set; }

    /// <summary>Memory in use: pending rows, keys, the open epoch and the index over them. Nearly 0 when nothing waits.</summary>
    public long PendingBytes => _rows.Bytes + _keys.Log.UsedBytes + (_keys.Count == 0 ? 0 : _keys.Bytes - _keys.Log.AllocatedBytes);

    /// <summary>Those of <see cref="PendingBytes"/> that rows and keys which still wait take.</summary>
    public long WaitingBytes => _rows.Bytes - _rows.DeadBytes + _keys.Log.UsedBytes - _keys.Log.DeadBytes;

    /// <summary>Takes in changes of the open epoch. The batch stays the caller's.</summary>
    public void Add(ChangeBatch batch)
    {
        var references = References(batch.Count);
        KeyCodec.Encode(batch, _batchKeys);
        _restCodec.Encode(batch, _batchRests);
        _batchKeys.ComputeHashes();
        _batchRests.ComputeHashes();
        _keys.FindOrAdd(_batchKeys, references);
        var weights = batch.Weights;
        var hashes = _batchRests.Hashes;
        if (IsPartial)
        {
            AddInOrder(weights, references, hashes);
            return;
        }

        for (var i = 0; i < references.Length; i++)
        {
            ref var key = ref KeyAt(references[i]);
            if (!key.IsTouched)
            {
                key.IsTouched = true;
                Remember(references[i]);
            }

            var hash = RefIndex.Part(hashes[i]);
            ref var same = ref weights[i] > 0 ? ref key.Added : ref key.Withdrawn;
            ref var opposite = ref weights[i] > 0 ? ref key.Withdrawn : ref key.Added;
            if (!_rows.TryCancel(ref opposite, _batchRests[i], hash))
            {
                _rows.Push(ref same, _batchRests[i], hash);
            }
        }
    }

    /// <summary>Adds to <paramref name="met"/> which keys have something that waits here.</summary>
    /// <param name="keys">Keys in the form of <see cref="KeyCodec"/>, hashes computed.</param>
    /// <param name="met">One entry for each key; those that wait become true.</param>
    public void AddMentioned(EncodedRows keys, Span<bool> met)
    {
        if (_keys.Count == 0)
        {
            return;
        }

        var references = References(keys.Count);
        _keys.Find(keys, references);
        for (var i = 0; i < references.Length; i++)
        {
            met[i] |= references[i] != 0;
        }
    }

    /// <summary>The keys that the open epoch mentions, in the form of <see cref="KeyCodec"/>, in pieces; each is valid until the next. No other call until the enumeration is over.</summary>
    public IEnumerable<EncodedRows> OpenKeys()
    {
        for (var start = 0; start < _touchedCount; start += PieceRows)
        {
            _batchKeys.Clear();
            foreach (var reference in _touched.AsSpan(start, Math.Min(PieceRows, _touchedCount - start)))
            {
                _batchKeys.Append(_keys.KeyOf(reference));
            }

            yield return _batchKeys;
        }
    }

    /// <summary>Forgets what is pending, after it was committed; changes of the open epoch stay.</summary>
    public void Clear()
    {
        if (_touchedCount == 0)
        {
            _keys.Clear();
            _rows.Clear();
        }
        else
        {
            for (var at = _keys.Next(0); at != 0; at = _keys.Next(at))
            {
                ClearKey(at);
            }

            CompactWhenSparse();
        }

        PendingRows = 0;
    }

    public void Dispose()
    {
        _batchKeys.Dispose();
        _batchRests.Dispose();
    }

    private Span<uint> References(int count)
    {
        if (_references.Length < count)
        {
            _references = new uint[Math.Max(count, ChangeBatch.TargetRows)];
        }

        return _references.AsSpan(0, count);
    }

    private ref PendingKey KeyAt(uint reference) => ref _keys.Field<PendingKey>(reference, 0);

    private void ClearKey(uint reference)
    {
        ref var key = ref KeyAt(reference);
        if (key.IsPending)
        {
            key.IsCommitted = key.Row != 0;
            key.IsKnown &= Target == TargetKnowledge.Asked;
            key.IsPending = false;
            _rows.Free(ref key.Row);
            _rows.Free(ref key.Old);
        }

        if (!key.IsTouched)
        {
            _keys.Remove(reference);
        }
    }

    private void Remember(uint reference)
    {
        if (_touchedCount == _touched.Length)
        {
            Array.Resize(ref _touched, Math.Max(1024, _touchedCount * 2));
        }

        _touched[_touchedCount++] = reference;
    }
}
