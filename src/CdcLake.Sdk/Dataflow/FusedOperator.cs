using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow;

/// <summary>An operator and the transforms that run on its output before it leaves the stage.</summary>
internal sealed class FusedOperator : IOperator
{
    private readonly IOperator _head;
    private readonly ITransform[] _tail;

    public FusedOperator(IOperator head, IEnumerable<ITransform> tail)
    {
        _head = head;
        _tail = [.. tail];
    }

    public string Name => _head.Name;

    public Schema Schema => _tail.Length == 0 ? _head.Schema : _tail[^1].Schema;

    public int Inputs => _head.Inputs;

    public IReadOnlyList<IStateStore> State => _head.State;

    public void BeginEpoch(EpochKind kind) => _head.BeginEpoch(kind);

    /// <summary>The transforms read columns by their place, so the head alone cannot say yes to other columns.</summary>
    public void Rebind(TableChange change)
    {
        if (!change.KeepsColumns && _tail.Length > 0)
        {
            throw change.RefusedBy(_tail[0].Name);
        }

        _head.Rebind(change);
    }

    public void Process(int input, ChangeBatch batch) => _head.Process(input, batch);

    public void EndEpoch(Epoch epoch) => _head.EndEpoch(epoch);

    public ChangeBatch? Next()
    {
        while (_head.Next() is { } piece)
        {
            if (Apply(piece) is { } result)
            {
                return result;
            }
        }

        return null;
    }

    public void TakeOver(IOperator former, KeyShare share) => _head.TakeOver(((FusedOperator)former)._head, share);

    public void AfterRestore() => _head.AfterRestore();

    public void Dispose() => _head.Dispose();

    private ChangeBatch? Apply(ChangeBatch piece)
    {
        ChangeBatch? result = piece;
        foreach (var transform in _tail)
        {
            if (result is null)
            {
                break;
            }

            result = transform.Apply(result);
        }

        return result;
    }
}
