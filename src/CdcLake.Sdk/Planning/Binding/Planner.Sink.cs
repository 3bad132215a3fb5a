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
            : sink.Columns.Select(c => input.OrdinalOf(c.Name)).Distinct().ToList();
        if (written.Count == 0)
        {
            throw new SchemaMismatchException($"The result that {sink.Name} writes has no columns. Give it at least its key.");
        }

        var binder = input.Binder;
        var read = (sink.Columns ?? []).DistinctBy(c => input.OrdinalOf(c.Name)).Select(binder.Bind);
        var values = sink.Columns is null ? written.Select(o => new BoundColumn(o, schema[o])) : read;
        var columns = written.Zip(values, (o, v) => (schema[o].Name, Value: v)).ToList();
        var node = ProjectNode(input, columns);
        if (_written is not null)
        {
            return Sink(sink, node, _written.Sinks[index]);
        }

        var names = sink.Key?.Select(k => new ColumnName(0, k.Name)).ToList() ?? input.NaturalKey ?? throw NoKey(sink);
        var key = names.Count == 0 ? [OnlyRow(sink, node.Schema)] : names.Select(n => written.IndexOf(input.Ordinals[n])).Distinct().ToList();
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

    /// <summary>The sink of a plan that computes what another one does: what is known of the columns may differ, what is written may not.</summary>
    private SinkNode Sink(LogicalSink sink, PlanNode node, SinkNode written)
    {
        var (schema, asked) = (node.Schema, written.Schema);
        if (!schema.Fields.Select(f => f.Type).SequenceEqual(asked.Fields.Select(f => f.Type)))
        {
            throw new InvalidOperationException($"{sink.Name} would get {schema} in place of {asked}: a rule of the planner is wrong. Please report the query; it is {_written!.Explain()}");
        }

        var same = ProjectNode(
            new BoundStream(node, node.Name, new Dictionary<ColumnName, int>(), null),
            [.. asked.Fields.Select((f, i) => (f.Name, (BoundExpr)new BoundColumn(i, schema[i] with { Nullable = f.Nullable })))]);
        return _nodes.Add(
            sink.Name, asked, written.Fingerprint, $"key: {string.Join(", ", written.Key.Select(k => asked[k].Name))}",
            n => new SinkNode(n, asked, written.Fingerprint, same, written.Key, written.Sink));
    }

    private static SchemaMismatchException NoKey(LogicalSink sink)
    {
        var reason = sink.Input switch
        {
            LogicalTable or LogicalFilter => "the table has no primary key, or the row type has no property for it",
            LogicalProject { Input: LogicalJoin } => "the result of a join is identified by the keys of both sides (of one, where the join is on the whole key of the other), and not all of those columns are in it",
            LogicalUnion => "the streams of a union may have the same key twice",
            _ => "the result no longer contains the columns of the key below it",
        };
        return new SchemaMismatchException($"{sink.Name} needs an upsert key and there is none to take over: {reason}. Give one: key: r => r.Id.");
    }

    /// <summary>The key of a result that is one row: any column that can be one.</summary>
    private static int OnlyRow(LogicalSink sink, Schema schema)
    {
        for (var i = 0; i < schema.Count; i++)
        {
            if (!schema[i].Nullable && !CommonTypes.IsFloat(schema[i].Type))
            {
                return i;
            }
        }

        throw new SchemaMismatchException(
            $"{sink.Name} needs an upsert key, and every column of the only row may be null or is floating point. Add one that is not: Rows = g.Count().");
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
