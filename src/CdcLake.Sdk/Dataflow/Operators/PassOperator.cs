using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// Hands on what it gets, from one input or several: a union, or the head of a stage that consists of transforms only, such as filters over a captured table.
/// </summary>
internal sealed class PassOperator : IOperator
{
    private ChangeBatch? _batch;

    public PassOperator(string name, Schema schema, int inputs = 1)
    {
        Name = name;
        Schema = schema;
        Inputs = inputs;
    }

    public string Name { get; }

    public Schema Schema { get; }

    public int Inputs { get; }

    public IReadOnlyList<IStateStore> State => [];

    public void Process(int input, ChangeBatch batch)
    {
        if (batch.Count == 0)
        {
            batch.Dispose();
            return;
        }

        _batch = batch;
    }

    public void EndEpoch(Epoch epoch)
    {
    }

    public ChangeBatch? Next()
    {
        var batch = _batch;
        _batch = null;
        return batch;
    }

    public void Dispose() => _batch?.Dispose();
}
