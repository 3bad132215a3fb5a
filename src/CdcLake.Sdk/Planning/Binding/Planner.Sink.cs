using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

internal sealed partial class Planner
{
    private SinkNode Sink(LogicalSink sink, int index)
    {
        var input = _bound[sink.Input];
        var schema = input.Node.Schema;
        var written = sink.Columns is null
            ? Enumerable.Range(0, schema.Count).ToList()
            : sink.Columns.Select(c => input.Ordinals[(0, c.Name)]).Distinct().ToList();
        if (written.Count == 0)
        {
            throw new SchemaMismatchException($"The result that {sink.Name} writes has no columns. Give it at least its key.");
        }

        var binder = input.Binder;
        var read = (sink.Columns ?? []).DistinctBy(c => input.Ordinals[(0, c.Name)]).Select(binder.Bind);
        var values = sink.Columns is null ? written.Select(o => new BoundColumn(o, schema[o])) : read;
        var columns = written.Zip(values, (o, v) => (schema[o].Name, Value: v)).ToList();
        var node = ProjectNode(input, columns);
        var names = sink.Key?.Select(k => k.Name).ToList() ?? input.NaturalKey ?? throw NoKey(sink);
        var key = names.Select(n => written.IndexOf(input.Ordinals[(0, n)])).Distinct().ToList();
        foreach (var ordinal in key)
        {
            RequireKeyable(sink, node.Schema[ordinal]);
        }

        var fingerprint = NodeFactory.Hash(
            ["sink", sink.Name, node.Fingerprint, node.Schema.ToString(), .. key.Select(k => node.Schema[k].Name)]);
        return _nodes.Add(
            sink.Name, node.Schema, fingerprint, $"key: {string.Join(", ", key.Select(k => node.Schema[k].Name))}",
            n => new SinkNode(n, node.Schema, fingerprint, node, key, index));
    }

    private static SchemaMismatchException NoKey(LogicalSink sink)
    {
        var reason = sink.Input switch
        {
            LogicalTable or LogicalFilter => "the table has no primary key, or the row type has no property for it",
            LogicalProject { Input: LogicalJoin } => "the result of a join has no key of its own",
            LogicalProject { Input: LogicalAggregate { Keys.Count: 0 } } => "an aggregate over all rows has none",
            _ => "the result no longer contains the columns of the key below it",
        };
        return new SchemaMismatchException($"{sink.Name} needs an upsert key and there is none to take over: {reason}. Give one: key: r => r.Id.");
    }

    private static void RequireKeyable(LogicalSink sink, Field field)
    {
        if (CommonTypes.IsFloat(field.Type))
        {
            throw new SchemaMismatchException(
                $"Key column \"{field.Name}\" of {sink.Name} is {field.Type}; floating-point numbers do not identify rows reliably. Choose an exact column.");
        }
    }
}
