using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

// A record: what the left, then the right (1 byte each) gave for the key when the epoch began; the key's bytes follow.

/// <summary>
/// The join keys that an epoch touched, and for each whether the rows of a side were in the result without a partner (or because of one) when the epoch began. Empty between
/// epochs: what holds then follows from the rows of both sides.
/// </summary>
internal sealed class PartnerKeys
{
    private const byte GaveNothing = 1;
    private const byte GaveRows = 2;

    private readonly RowMap _keys = new(2);
    private readonly JoinSide _left;
    private readonly JoinSide _right;
    private readonly bool _wantsPartner;
    private uint[] _references = [];
    private uint[] _lefts = [];
    private uint[] _rights = [];

    /// <param name="left">Side 0.</param>
    /// <param name="right">Side 1.</param>
    /// <param name="wantsPartner">Whether rows are given because they have a partner, or because they have none.</param>
    public PartnerKeys(JoinSide left, JoinSide right, bool wantsPartner)
    {
        _left = left;
        _right = right;
        _wantsPartner = wantsPartner;
    }

    /// <summary>The key's bytes.</summary>
    public ReadOnlySpan<byte> this[uint key] => _keys.KeyOf(key);

    /// <summary>Remembers the keys of a side's batch, before its rows are kept. The result, one for each row, is valid until the next call.</summary>
    public ReadOnlySpan<uint> Touch(JoinSide side)
    {
        var count = side.Keys.Count;
        if (_references.Length < count)
        {
            var size = Math.Max(count, Columnar.ChangeBatch.TargetRows);
            (_references, _lefts, _rights) = (new uint[size], new uint[size], new uint[size]);
        }

        var references = _references.AsSpan(0, count);
        _keys.FindOrAdd(side.Keys, references);
        _left.Rows.FindHeads(side.Keys, side.Skip, _lefts.AsSpan(0, count));
        _right.Rows.FindHeads(side.Keys, side.Skip, _rights.AsSpan(0, count));
        for (var i = 0; i < references.Length; i++)
        {
            ref var left = ref _keys.Field<byte>(references[i], 0);
            if (left == 0 && (side.Skip.IsEmpty || !side.Skip[i]))
            {
                left = Gave(_lefts[i], _rights[i]);
                _keys.Field<byte>(references[i], 1) = Gave(_rights[i], _lefts[i]);
            }
        }

        return references;
    }

    /// <summary>True when the rows of a side were in the result when the epoch began. A key that had no rows gave none: what comes waits for the end of the epoch.</summary>
    public bool HadGiven(uint key, int side) => _keys.Field<byte>(key, side) == GaveRows;

    /// <summary>True when the rows of a key are in the result now.</summary>
    public bool Gives(uint key, JoinSide other) => (other.Rows.HeadOf(_keys.KeyOf(key)) != 0) == _wantsPartner;

    /// <summary>The next key with rows that could match, or 0; pass 0 to begin.</summary>
    public uint Next(uint key)
    {
        do
        {
            key = _keys.Next(key);
        }
        while (key != 0 && _keys.Field<byte>(key, 0) == 0);

        return key;
    }

    public void Clear() => _keys.Clear();

    private byte Gave(uint own, uint other) => own != 0 && (other != 0) == _wantsPartner ? GaveRows : GaveNothing;
}
