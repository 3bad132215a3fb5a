using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.Upserts;

namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Sorts the rows of a complete result: those whose key was not met before go to files at once, since nothing has to be summed; the others (withdrawals, and rows of a
/// key that has one already) are the consolidator's. Not thread-safe; the owner disposes it.
/// </summary>
internal sealed class UniqueRows : IDisposable
{
    private readonly RowCodec _keyCodec;
    private readonly EncodedRows _keys = new();
    private bool[] _isMet = [];
    private int[] _rows = [];
    private ulong[] _seen = [];
    private int _first;

    /// <param name="keyCodec">Encodes keys as the index and the consolidator know them.</param>
    public UniqueRows(RowCodec keyCodec) => _keyCodec = keyCodec;

    /// <summary>Key of each row of the batch, hashes computed.</summary>
    public EncodedRows Keys => _keys;

    /// <summary>Row numbers of those whose key was not met before, ascending.</summary>
    public ReadOnlyMemory<int> First => _rows.AsMemory(0, _first);

    /// <summary>Row numbers of all others, ascending.</summary>
    public ReadOnlySpan<int> Others => _rows.AsSpan(_first, _keys.Count - _first);

    /// <summary>Sorts a batch.</summary>
    /// <param name="batch">Rows of a complete result.</param>
    /// <param name="written">Keys of rows in files.</param>
    /// <param name="waiting">Keys of rows that are being summed.</param>
    public void Sort(ChangeBatch batch, ICommittedKeys written, Consolidator waiting)
    {
        Reserve(batch.Count);
        _keyCodec.Encode(batch, _keys);
        _keys.ComputeHashes();
        var isMet = _isMet.AsSpan(0, batch.Count);
        isMet.Clear();
        written.Find(_keys, isMet);
        waiting.AddMentioned(_keys, isMet);
        var weights = batch.Weights;
        var hashes = _keys.Hashes;
        var others = batch.Count;
        _first = 0;
        for (var row = 0; row < weights.Length; row++)
        {
            // Two keys of one hash pass for one key: that costs a sum, and no row.
            var isFirst = IsNew(hashes[row]) && weights[row] > 0 && !isMet[row];
            _rows[isFirst ? _first++ : --others] = row;
        }

        _rows.AsSpan(others, batch.Count - others).Reverse();
    }

    public void Dispose() => _keys.Dispose();

    private bool IsNew(ulong hash)
    {
        var value = hash == 0 ? 1 : hash;
        for (var at = (uint)(value >> 32); ; at++)
        {
            ref var slot = ref _seen[at & (uint)(_seen.Length - 1)];
            if (slot == 0)
            {
                slot = value;
                return true;
            }

            if (slot == value)
            {
                return false;
            }
        }
    }

    private void Reserve(int rows)
    {
        if (_rows.Length < rows)
        {
            _rows = new int[rows];
            _isMet = new bool[rows];
            _seen = new ulong[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)rows) * 2];
        }
        else
        {
            _seen.AsSpan().Clear();
        }
    }
}
