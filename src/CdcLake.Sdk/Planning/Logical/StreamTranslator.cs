using CdcLake.Expressions;
using CdcLake.Expressions.Translation;
using CdcLake.Planning.Streams;

namespace CdcLake.Planning.Logical;

/// <summary>Translates the operators of a graph, each once.</summary>
internal sealed class StreamTranslator
{
    private readonly Dictionary<StreamNode, Translated> _done = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<object> _sources = new(ReferenceEqualityComparer.Instance);

    /// <summary>What an operator became: its node, and what a lambda over it sees.</summary>
    private readonly record struct Translated(LogicalNode Node, Shape Shape);

    /// <exception cref="UnsupportedExpressionException">A lambda is outside the subset.</exception>
    public LogicalSink Translate(StreamSink sink)
    {
        var (node, shape) = Translate(sink.Input);
        var columns = shape is OpenRowShape ? null : Columns(sink.Name, ShapeColumns.Flatten(shape, "value"));
        var key = sink.Key is null ? null : Columns(sink.Name, ShapeColumns.Flatten(sink.Key.Translate(shape), "key"));
        return key is { Count: 0 }
            ? throw new UnsupportedExpressionException($"The key of {sink.Name} has no columns. Name at least one: key: r => r.Id.")
            : new LogicalSink(node, sink.Name, sink.Target, columns, key);
    }

    private static List<ColumnExpr> Columns(string sink, List<(string Name, Expr Value)> leaves)
    {
        var columns = new List<ColumnExpr>(leaves.Count);
        foreach (var (_, value) in leaves)
        {
            columns.Add(value as ColumnExpr ?? throw new UnsupportedExpressionException(
                $"The key of {sink} contains \"{value}\", which is no column of the result. Add it to the result with Select and name that column."));
        }

        return columns;
    }

    private Translated Translate(StreamNode node)
    {
        if (!_done.TryGetValue(node, out var translated))
        {
            translated = node switch
            {
                TableStream table => Table(table),
                WhereStream where => Where(where),
                SelectStream select => Select(select),
                JoinStream join => Join(join),
                _ => Aggregate((AggregateStream)node),
            };
            _done.Add(node, translated);
        }

        return translated;
    }

    /// <summary>What all tables belong to, once everything is translated.</summary>
    public object Source => _sources.Single();

    private Translated Table(TableStream table)
    {
        _sources.Add(table.Source);
        if (_sources.Count > 1)
        {
            throw new InvalidOperationException(
                $"{table.Table} belongs to another MySqlSource object than the other tables of this pipeline. Tables share one order of changes only through one MySqlSource: "
                + "create it once and take all tables from it.");
        }

        Shape shape = table.Members is null
            ? new OpenRowShape(0)
            : new RecordShape(
                table.Members.Type,
                [.. table.Members.Members.Select(m => new ShapeMember(m.Property, m.ColumnName, new ScalarShape(new ColumnExpr(0, m.Property, m.Type))))]);
        return new Translated(new LogicalTable(table.Table, table.Members), shape);
    }

    private Translated Where(WhereStream where)
    {
        var input = Translate(where.Input);
        var condition = where.Condition.Translate(input.Shape) is ScalarShape scalar
            ? scalar.Value
            : throw new UnsupportedExpressionException($"\"{where.Condition}\" is not a truth value.");
        return new Translated(new LogicalFilter(input.Node, condition), input.Shape);
    }

    private Translated Select(SelectStream select)
    {
        var input = Translate(select.Input);
        return Project(input.Node, select.Selector.Translate(input.Shape));
    }

    private Translated Join(JoinStream join)
    {
        var left = Translate(join.Left);
        var right = Translate(join.Right);
        var leftKey = ShapeColumns.Flatten(join.LeftKey.Translate(left.Shape), "key").Select(k => k.Value).ToList();
        var rightKey = ShapeColumns.Flatten(join.RightKey.Translate(right.Shape), "key").Select(k => k.Value).ToList();
        if (leftKey.Count != rightKey.Count || leftKey.Count == 0)
        {
            throw new UnsupportedExpressionException($"The keys \"{join.LeftKey}\" and \"{join.RightKey}\" of a join must have the same number of values, at least one.");
        }

        var node = new LogicalJoin(left.Node, right.Node, leftKey, rightKey);
        return Project(node, join.Result.Translate(left.Shape.FromInput(0), right.Shape.FromInput(1)));
    }

    private Translated Aggregate(AggregateStream aggregate)
    {
        var input = Translate(aggregate.Input);
        var key = aggregate.Key?.Translate(input.Shape);
        var keys = key is null
            ? []
            : Named(ShapeColumns.Flatten(key, "key")).Where(k => k.Value is not ConstantExpr).ToList();
        var group = new GroupShape(aggregate.Group, key is null ? null : ShapeColumns.Rebase(key, "key", keepConstants: true), input.Shape);
        var calls = new CallCollector(keys);
        var result = calls.Extract(aggregate.Result.Translate(group));
        return Project(new LogicalAggregate(input.Node, keys, calls.Calls), result);
    }

    private static Translated Project(LogicalNode input, Shape result) =>
        new(new LogicalProject(input, Named(ShapeColumns.Flatten(result, "value"))), ShapeColumns.Rebase(result, "value"));

    private static List<NamedExpr> Named(List<(string Name, Expr Value)> leaves)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, _) in leaves)
        {
            if (!names.Add(name))
            {
                throw new SchemaMismatchException(
                    $"Two members of a result become column \"{name}\". Rename one of them, or give it another column with [ColumnName(\"…\")].");
            }
        }

        return [.. leaves.Select(l => new NamedExpr(l.Name, l.Value))];
    }
}
