using CdcLake.Columnar;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// The rows of one side that are in a join's result by themselves, because they have no partner (or, in a test for one, because they have). During an epoch changes follow
/// what held for their key when it began; where that changed, all rows of the key are given or withdrawn at its end. So nothing is given that the same epoch withdraws.
/// </summary>
internal sealed class LoneRows : IDisposable
{
    private readonly Schema _schema;
    private readonly JoinSide _own;
    private readonly JoinSide _other;
    private readonly int _side;
    private readonly bool _wantsPartner;
    private readonly int _start;
    private readonly EncodedPiece _piece;
    private int[] _rows = [];
    private uint _key;
    private uint _row;
    private int _repeated;
    private sbyte _weight;
    private bool _isEnding;

    /// <param name="schema">Columns of the join.</param>
    /// <param name="own">The side whose rows are given.</param>
    /// <param name="other">The side that has their partners.</param>
    /// <param name="side">0 for the left.</param>
    /// <param name="wantsPartner">Whether rows with a partner are given, or those without.</param>
    public LoneRows(Schema schema, JoinSide own, JoinSide other, int side, bool wantsPartner)
    {
        _schema = schema;
        _own = own;
        _other = other;
        _side = side;
        _wantsPartner = wantsPartner;
        _start = side == 0 ? 0 : other.Columns;
        _piece = new EncodedPiece(schema, own.KeyCodec, own.RestCodec, _start);
    }

    /// <summary>The rows of a batch of this side that go into the result at once, or null. The batch stays the caller's.</summary>
    public ChangeBatch? Select(ChangeBatch batch, ReadOnlySpan<uint> keys, PartnerKeys touched)
    {
        if (_rows.Length < batch.Count)
        {
            _rows = new int[Math.Max(batch.Count, ChangeBatch.TargetRows)];
        }

        var count = 0;
        var skip = _own.Skip;
        for (var i = 0; i < keys.Length; i++)
        {
            // A null in the key never has a partner.
            if (!skip.IsEmpty && skip[i] ? !_wantsPartner : touched.HadGiven(keys[i], _side))
            {
                _rows[count++] = i;
            }
        }

        return count == 0 ? null : Copy(batch, _rows.AsSpan(0, count));
    }

    public void EndEpoch() => (_isEnding, _key, _row, _repeated) = (true, 0, 0, 0);

    /// <summary>The next piece of what the ended epoch changed, or null when there is none left.</summary>
    public ChangeBatch? Next(PartnerKeys touched)
    {
        while (_isEnding && _piece.HasRoom)
        {
            if (_row == 0 && !NextKey(touched))
            {
                _isEnding = false;
                break;
            }

            var copies = _own.Rows.CountOf(_row);
            for (; _repeated < copies && _piece.HasRoom; _repeated++)
            {
                _piece.Add(touched[_key], _own.Rows.RestOf(_row), _weight);
            }

            if (_repeated == copies)
            {
                _repeated = 0;
                _row = _own.Rows.NextOf(_row);
            }
        }

        return _piece.Take();
    }

    public void Dispose() => _piece.Dispose();

    private bool NextKey(PartnerKeys touched)
    {
        while ((_key = touched.Next(_key)) != 0)
        {
            var gives = touched.Gives(_key, _other);
            if (gives != touched.HadGiven(_key, _side) && (_row = _own.Rows.HeadOf(touched[_key])) != 0)
            {
                _weight = gives ? (sbyte)1 : (sbyte)-1;
                return true;
            }
        }

        return false;
    }

    private ChangeBatch Copy(ChangeBatch batch, ReadOnlySpan<int> rows)
    {
        var copy = new ChangeBatch(_schema);
        for (var i = 0; i < _schema.Count; i++)
        {
            var own = i - _start;
            if (own >= 0 && own < _own.Columns)
            {
                copy[i].AppendFrom(batch[own], rows);
            }
            else
            {
                copy[i].AppendRepeated(null, rows.Length);
            }
        }

        foreach (var row in rows)
        {
            copy.AppendWeight(batch.Weights[row]);
        }

        return copy;
    }
}
