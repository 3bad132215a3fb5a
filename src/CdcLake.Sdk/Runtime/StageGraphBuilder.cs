using System.Runtime.CompilerServices;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Partitioning;
using CdcLake.State.Stores;

namespace CdcLake.Runtime;

/// <summary>
/// Makes the stages of a bound plan. Joins and aggregates are stages, one for each partition; filters and projections run inside the stage that produces their input, and only get one
/// of their own behind a captured table or where their input has other consumers too.
/// </summary>
internal sealed class StageGraphBuilder
{
    /// <summary>Name of the stage that sends what the source reads.</summary>
    public const string SourceName = "source";

    private readonly Dictionary<PlanNode, List<(PlanNode Node, int Input)>> _consumers = new(ReferenceEqualityComparer.Instance);
    private readonly ConditionalWeakTable<PlanNode, NodePartitions> _spread;
    private readonly StageChannels _channels;
    private readonly BoundPlan _plan;

    private StageGraphBuilder(BoundPlan plan, TimeProvider clock)
    {
        _plan = plan;
        _channels = new StageChannels(clock);
        _spread = PartitionPlanner.Plan(plan.Nodes);
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

    /// <param name="plan">What to run.</param>
    /// <param name="clock">Measures waits.</param>
    public static StageGraph Build(BoundPlan plan, TimeProvider clock) => new StageGraphBuilder(plan, clock).Build();

    private StageGraph Build()
    {
        var tables = Enumerable.Range(0, _plan.Captures.Count).Select(_ => new Outlet()).ToArray();
        var stages = new List<StagePartitions>();
        foreach (var node in _plan.Nodes)
        {
            if (node is TableNode table)
            {
                Send(node, node, 0, tables[table.Table]);
            }
            else if (node is not SinkNode && !IsFused(node))
            {
                var spread = SpreadOf(node);
                var count = CountOf(node);
                stages.Add(new StagePartitions([.. Enumerable.Range(0, count).Select(p => StageOf(node, new Partition(p, count)))], spread.Key, spread.Parts, () => Make(node).Operator));
            }
        }

        var sinks = _plan.Sinks.Select(s => new SinkInput(s.Name, [.. InputsOf(s, 0)], Tables(s))).ToList();
        return new StageGraph(new SourceOutlet(tables), stages, sinks);
    }

    private Stage StageOf(PlanNode head, Partition partition)
    {
        var (operation, last) = Make(head);
        var outlet = new Outlet();
        Send(head, last, partition.Number, outlet);
        return new Stage(operation, InputsOf(head, partition.Number), outlet, Tables(head), _channels.Clock) { Partition = partition };
    }

    /// <summary>An operator with what is fused into it, and the last node of that.</summary>
    private (IOperator Operator, PlanNode Last) Make(PlanNode head)
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

        var operation = made.Operator ?? new PassOperator(head.Name, head.Inputs[0].Schema);
        return (transforms.Count == 0 ? operation : new FusedOperator(operation, transforms), last);
    }

    private static HashSet<int> Tables(PlanNode node) => [.. node.Origins];

    private NodePartitions SpreadOf(PlanNode node) => _spread.TryGetValue(node, out var spread) ? spread : NodePartitions.Single;

    private int CountOf(PlanNode node) => SpreadOf(node).IsPartitioned ? _plan.Partitions : 1;

    // What leaves at the node `last` is sent by the stage that `stage` heads.
    private void Send(PlanNode stage, PlanNode last, int partition, Outlet outlet)
    {
        foreach (var (consumer, input) in _consumers.GetValueOrDefault(last) ?? [])
        {
            var receivers = CountOf(consumer);
            if (receivers == 1)
            {
                outlet.Add(Channel(stage, partition, consumer, 0), input);
            }
            else if (SpreadOf(consumer).Exchanges[input] is { } key)
            {
                var channels = Enumerable.Range(0, receivers).Select(r => Channel(stage, partition, consumer, r));
                outlet.Add(new Exchange(channels, input, new KeyPartitioner(last.Schema, key, receivers)));
            }
            else
            {
                outlet.Add(Channel(stage, partition, consumer, partition), input);
            }
        }
    }

    /// <summary>The channels that a partition of a node reads, each once.</summary>
    private IEnumerable<StageChannel> InputsOf(PlanNode node, int partition) => node.Inputs.SelectMany((input, i) =>
    {
        var producer = Producer(input);
        var senders = CountOf(producer);
        return CountOf(node) > 1 && senders > 1 && SpreadOf(node).Exchanges[i] is null
            ? [Channel(producer, partition, node, partition)]
            : Enumerable.Range(0, senders).Select(s => Channel(producer, s, node, partition));
    }).Distinct();

    private StageChannel Channel(PlanNode producer, int sender, PlanNode consumer, int receiver) => _channels.Between(
        producer is TableNode ? SourceName : producer.Name,
        new Partition(sender, CountOf(producer)),
        consumer.Name,
        new Partition(receiver, CountOf(consumer)),
        consumer is SinkNode ? StageChannels.SinkCapacity : StageChannel.DefaultCapacity);

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
