using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// Inner equi-join. Both sides are kept by key; a change of one side is joined with what the other side holds at that moment and then kept itself, so the
/// sum of the output is the change of the join whatever the order of the inputs inside an epoch. Rows with a null in the key match nothing and are not kept.
/// A row withdrawn before it is added counts as −1 until then; if it is still missing when the epoch ends, the input contradicts itself.
/// </summary>
internal sealed class JoinOperator : IOperator, IKeepsRows
{
    private readonly JoinSide _left;
    private readonly JoinSide _right;
    private readonly JoinProbe _probe;

    /// <param name="name">Names the operator in messages.</param>
    /// <param name="schema">All columns of the left, then all of the right.</param>
    /// <param name="left">Columns of input 0.</param>
    /// <param name="right">Columns of input 1.</param>
    /// <param name="leftKey">Ordinals on the left, pairwise of the same types as <paramref name="rightKey"/>.</param>
    /// <param name="rightKey">Ordinals on the right.</param>
    public JoinOperator(string name, Schema schema, Schema left, Schema right, IReadOnlyList<int> leftKey, IReadOnlyList<int> rightKey)
    {
        Name = name;
        Schema = schema;
        _left = new JoinSide(left, leftKey);
        _right = new JoinSide(right, rightKey);
        _probe = new JoinProbe(schema);
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
        _probe.Begin(batch, own, other, ownIsLeft: input == 0);
        own.Keep(batch.Weights);
    }

    public ChangeBatch? Next() => _probe.Next();

    public void EndEpoch(Epoch epoch)
    {
        _left.RequireNoNegative(Name, "left");
        _right.RequireNoNegative(Name, "right");
        _left.Compact();
        _right.Compact();
    }

    public void TakeOver(IOperator former, KeyShare share)
    {
        _left.TakeOver(((JoinOperator)former)._left, share);
        _right.TakeOver(((JoinOperator)former)._right, share);
    }

    public void Dispose()
    {
        _probe.Dispose();
        _left.Dispose();
        _right.Dispose();
    }
}
