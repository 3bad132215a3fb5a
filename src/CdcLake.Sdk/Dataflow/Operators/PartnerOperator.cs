using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Expressions;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// Joins that ask whether a row has a partner: left, right and full joins give the pairs as <see cref="JoinOperator"/> does and the rows without one by themselves;
/// tests (EXISTS, NOT EXISTS) give rows of the left only. State is the rows of both sides, as in an inner join.
/// </summary>
internal sealed class PartnerOperator : IOperator, IKeepsRows
{
    private readonly JoinSide _left;
    private readonly JoinSide _right;
    private readonly JoinProbe? _probe;
    private readonly PartnerKeys _touched;
    private readonly LoneRows?[] _lone;
    private ChangeBatch? _selected;
    private bool _isEnding;

    /// <param name="name">Names the operator in messages.</param>
    /// <param name="schema">All columns of the left, then, unless the kind only tests, all of the right.</param>
    /// <param name="kind">Any but <see cref="JoinKind.Inner"/>.</param>
    /// <param name="left">Columns of input 0.</param>
    /// <param name="right">Columns of input 1.</param>
    /// <param name="leftKey">Ordinals on the left, pairwise of the same types as <paramref name="rightKey"/>.</param>
    /// <param name="rightKey">Ordinals on the right.</param>
    public PartnerOperator(
        string name, Schema schema, JoinKind kind, Schema left, Schema right, IReadOnlyList<int> leftKey, IReadOnlyList<int> rightKey)
    {
        Name = name;
        Schema = schema;
        _left = new JoinSide(left, leftKey);
        _right = new JoinSide(right, rightKey);
        _probe = kind.IsTest() ? null : new JoinProbe(schema);
        var wantsPartner = kind == JoinKind.Semi;
        _touched = new PartnerKeys(_left, _right, wantsPartner);
        _lone =
        [
            wantsPartner || kind.Keeps(0) ? new LoneRows(schema, _left, _right, 0, wantsPartner) : null,
            kind.Keeps(1) ? new LoneRows(schema, _right, _left, 1, wantsPartner) : null,
        ];
        State = [_left.Rows, _right.Rows];
    }

    public string Name { get; }

    public Schema Schema { get; }

    public int Inputs => 2;

    public IReadOnlyList<IStateStore> State { get; }

    public IReadOnlyList<KeptRows> Kept => [_left.Kept("left"), _right.Kept("right")];

    public void Process(int input, ChangeBatch batch)
    {
        var (own, other) = input == 0 ? (_left, _right) : (_right, _left);
        own.Encode(batch);
        var keys = _touched.Touch(own);
        _selected = _lone[input]?.Select(batch, keys, _touched);
        if (_probe is null)
        {
            own.Keep(batch.Weights);
            batch.Dispose();
            return;
        }

        _probe.Begin(batch, own, other, ownIsLeft: input == 0);
        own.Keep(batch.Weights);
    }

    public void EndEpoch(Epoch epoch)
    {
        _left.RequireNoNegative(Name, "left");
        _right.RequireNoNegative(Name, "right");
        _lone[0]?.EndEpoch();
        _lone[1]?.EndEpoch();
        _isEnding = true;
    }

    public ChangeBatch? Next()
    {
        if (_selected is { } selected)
        {
            _selected = null;
            return selected;
        }

        if (_probe?.Next() is { } pairs)
        {
            return pairs;
        }

        if (!_isEnding)
        {
            return null;
        }

        if ((_lone[0]?.Next(_touched) ?? _lone[1]?.Next(_touched)) is { } piece)
        {
            return piece;
        }

        _isEnding = false;
        _touched.Clear();
        _left.Compact();
        _right.Compact();
        return null;
    }

    public void TakeOver(IOperator former, KeyShare share)
    {
        _left.TakeOver(((PartnerOperator)former)._left, share);
        _right.TakeOver(((PartnerOperator)former)._right, share);
    }

    public void Dispose()
    {
        _selected?.Dispose();
        _probe?.Dispose();
        _lone[0]?.Dispose();
        _lone[1]?.Dispose();
        _left.Dispose();
        _right.Dispose();
    }
}
