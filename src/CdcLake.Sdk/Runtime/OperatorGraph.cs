using System.Diagnostics.CodeAnalysis;
using CdcLake.Columnar;
using CdcLake.Dataflow;

namespace CdcLake.Runtime;

/// <summary>
/// All operators of a pipeline, run by one task. Work goes in with <see cref="Changes"/> or <see cref="EndEpoch"/>, then results are taken with
/// <see cref="TryTakeOutput"/> until it returns false; only then may the next work go in. So never more than one piece of each operator's output exists,
/// however much a join multiplies rows. Not thread-safe.
/// </summary>
internal sealed class OperatorGraph : IDisposable
{
    private readonly IReadOnlyList<Vertex> _vertices;
    private readonly IReadOnlyList<IReadOnlyList<Edge>> _tables;

    // What is to be done next is on top: either hand a batch over, or take an operator's next piece.
    private readonly Stack<Step> _steps = new();
    private int _ending;

    /// <param name="vertices">Operators, inputs before their consumers.</param>
    /// <param name="tables">For each captured table, who consumes it.</param>
    public OperatorGraph(IReadOnlyList<Vertex> vertices, IReadOnlyList<IReadOnlyList<Edge>> tables)
    {
        _vertices = vertices;
        _tables = tables;
        _ending = vertices.Count;
        Stateful = [.. vertices.Select(v => v.Operator).OfType<IOperator>().Where(o => o.State.Count > 0)];
    }

    /// <summary>Operators that keep state, in a fixed order.</summary>
    public IReadOnlyList<IOperator> Stateful { get; }

    /// <summary>Gives changes of a captured table to whoever consumes them. Ownership passes.</summary>
    public void Changes(int table, ChangeBatch batch) => Deliver(_tables[table], batch);

    /// <summary>All changes of the epoch have gone in and their output was taken; operators that wait for the end of an epoch emit now.</summary>
    public void EndEpoch() => _ending = 0;

    /// <summary>The next piece of a result. Ownership passes to the caller.</summary>
    public bool TryTakeOutput(out int sink, [NotNullWhen(true)] out ChangeBatch? batch)
    {
        while (true)
        {
            while (_steps.TryPop(out var step))
            {
                if (step.Batch is null)
                {
                    Continue(step.Vertex!);
                }
                else if (step.Edge.Consumer is { } consumer)
                {
                    Give(consumer, step.Edge.Input, step.Batch);
                }
                else
                {
                    sink = step.Edge.Input;
                    batch = step.Batch;
                    return true;
                }
            }

            if (_ending >= _vertices.Count)
            {
                sink = -1;
                batch = null;
                return false;
            }

            var vertex = _vertices[_ending++];
            if (vertex.Operator is { } ended)
            {
                ended.EndEpoch();
                _steps.Push(new Step(vertex, default, null));
            }
        }
    }

    public void Dispose()
    {
        while (_steps.TryPop(out var step))
        {
            step.Batch?.Dispose();
        }

        foreach (var vertex in _vertices)
        {
            vertex.Operator?.Dispose();
        }
    }

    private void Give(Vertex consumer, int input, ChangeBatch batch)
    {
        if (consumer.Transform is { } transform)
        {
            if (transform.Apply(batch) is { } result)
            {
                Deliver(consumer.Consumers, result);
            }

            return;
        }

        consumer.Operator!.Process(input, batch);
        _steps.Push(new Step(consumer, default, null));
    }

    private void Continue(Vertex vertex)
    {
        if (vertex.Operator!.Next() is { } piece)
        {
            _steps.Push(new Step(vertex, default, null));
            Deliver(vertex.Consumers, piece);
        }
    }

    // A batch has one owner: every consumer but one gets a copy.
    private void Deliver(IReadOnlyList<Edge> consumers, ChangeBatch batch)
    {
        if (consumers.Count == 0)
        {
            batch.Dispose();
            return;
        }

        for (var i = consumers.Count - 1; i >= 1; i--)
        {
            _steps.Push(new Step(null, consumers[i], BatchCopy.Of(batch)));
        }

        _steps.Push(new Step(null, consumers[0], batch));
    }

    /// <summary>An operator, or a transform, and who consumes what comes out.</summary>
    internal sealed class Vertex
    {
        public Vertex(IOperator runs) => Operator = runs;

        public Vertex(ITransform runs) => Transform = runs;

        public IOperator? Operator { get; }

        public ITransform? Transform { get; }

        public List<Edge> Consumers { get; } = [];
    }

    /// <summary>Where a batch goes: an input of an operator or, without <paramref name="Consumer"/>, the sink numbered <paramref name="Input"/>.</summary>
    internal readonly record struct Edge(Vertex? Consumer, int Input);

    private readonly record struct Step(Vertex? Vertex, Edge Edge, ChangeBatch? Batch);
}
