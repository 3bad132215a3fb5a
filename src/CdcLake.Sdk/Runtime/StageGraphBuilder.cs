using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Planning;
using CdcLake.Planning.Binding;

namespace CdcLake.Runtime;

/// <summary>
/// Makes the stages of a bound plan. Joins and aggregates are stages; filters and projections run inside the stage that produces their input, and only get one
/// of their own behind a captured table or where their input has other consumers too.
/// </summary>
internal sealed class StageGraphBuilder
{
    /// <summary>Name of the stage that sends what the source reads.</summary>
    public const string SourceName = "source";

    private readonly Dictionary<PlanNode, List<(PlanNode Node, int Input)>> _consumers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(string Producer, string Consumer), StageChannel> _channels = [];
    private readonly TimeProvider _clock;
    private readonly BoundPlan _plan;

    private StageGraphBuilder(BoundPlan plan, TimeProvider clock)
    {
        _plan = plan;
        _clock = clock;
        foreach (var node in plan.Nodes)
        {
            foreach (var (input, number) in node.Inputs.Select((n, i) => (n, i)))
            {
                if (!_consumers.TryGetValue(input, out var consumers))
                {
                    _consumers.Add(input, consumers = []);
                }

                consumers.Add((node, number));
            }
        }
    }

    public static StageGraph Build(BoundPlan plan, TimeProvider clock) => new StageGraphBuilder(plan, clock).Build();

    private StageGraph Build()
    {
        var tables = Enumerable.Range(0, _plan.Captures.Count).Select(_ => new Outlet()).ToArray();
        var stages = new List<Stage>();
        foreach (var node in _plan.Nodes)
        {
            if (node is TableNode table)
            {
                Send(node, node, tables[table.Table]);
            }
            else if (node is not SinkNode && !IsFused(node))
            {
                stages.Add(StageOf(node));
            }
        }

        var sinks = _plan.Sinks.Select(s => new SinkInput(s.Name, Channel(Producer(s.Input), s), Tables(s))).ToList();
        return new StageGraph(new SourceOutlet(tables), stages, sinks);
    }

    private Stage StageOf(PlanNode head)
    {
        var made = head.Accept(OperatorMaker.Instance);
        var transforms = new List<ITransform>();
        if (made.Transform is { } first)
        {
            transforms.Add(first);
        }

        var last = head;
        while (_consumers[last] is [var (next, _)] && IsFused(next))
        {
            transforms.Add(next.Accept(OperatorMaker.Instance).Transform!);
            last = next;
        }

        var outlet = new Outlet();
        Send(head, last, outlet);
        var operation = made.Operator ?? new PassOperator(head.Name, head.Inputs[0].Schema);
        return new Stage(
            transforms.Count == 0 ? operation : new FusedOperator(operation, transforms),
            head.Inputs.Select(i => Channel(Producer(i), head)).Distinct(),
            outlet,
            Tables(head),
            _clock);
    }

    private static HashSet<int> Tables(PlanNode node) => [.. node.Origins];

    // What leaves at the node `last` is sent by the stage that `stage` heads.
    private void Send(PlanNode stage, PlanNode last, Outlet outlet)
    {
        foreach (var (consumer, input) in _consumers.GetValueOrDefault(last) ?? [])
        {
            outlet.Add(Channel(stage, consumer), input);
        }
    }

    // One channel between two stages, also for a self join. All captured tables come from one sender, which keeps their common order.
    private StageChannel Channel(PlanNode producer, PlanNode consumer)
    {
        var key = (producer is TableNode ? SourceName : producer.Name, consumer.Name);
        if (!_channels.TryGetValue(key, out var channel))
        {
            _channels.Add(key, channel = new StageChannel($"{key.Item1} → {key.Name}", _clock) { From = key.Item1 });
        }

        return channel;
    }

    /// <summary>The head of the stage in which a node runs.</summary>
    private PlanNode Producer(PlanNode node)
    {
        while (IsFused(node))
        {
            node = node.Inputs[0];
        }

        return node;
    }

    private bool IsFused(PlanNode node) =>
        node is FilterNode or ProjectNode && node.Inputs[0] is var input && input is not TableNode && _consumers[input].Count == 1;
}
