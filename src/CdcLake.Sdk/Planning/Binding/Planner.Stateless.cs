using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

internal sealed partial class Planner
{
    public BoundStream Filter(LogicalFilter filter)
    {
        var input = _bound[filter.Input];
        var condition = input.Binder.BindCondition(filter.Condition);
        var notNull = new HashSet<int>();
        NullRejection.Collect(condition, notNull);
        var schema = new Schema(input.Node.Schema.Fields.Select((f, i) => notNull.Contains(i) ? f with { Nullable = false } : f));
        var fingerprint = NodeFactory.Hash("filter", input.Node.Fingerprint, condition.Key);
        var node = _nodes.Add(
            $"where({input.Stem})", schema, fingerprint, condition.Text + TextKeys.Print(condition),
            n => new FilterNode(n, schema, fingerprint, input.Node, condition));
        return input with { Node = node };
    }

    public BoundStream Project(LogicalProject project)
    {
        var input = _bound[project.Input];
        var wanted = _read[project];
        var columns = project.Columns.Where(c => wanted.Contains(c.Name)).ToList();
        var binder = input.Binder;
        var bound = columns.Select(c => (c.Name, Value: c.Value is ColumnExpr ? binder.BindWhole(c.Value) : binder.Bind(c.Value))).ToList();
        var key = input.NaturalKey?.Select(k => columns.Find(c => c.Value is ColumnExpr column && column.Input == k.Input && column.Name == k.Name)?.Name)
            .OfType<string>().Select(n => new ColumnName(0, n)).ToList();
        var node = ProjectNode(input, bound);
        var ordinals = columns.Select((c, i) => (c.Name, i)).ToDictionary(c => new ColumnName(0, c.Name), c => c.i);
        return new BoundStream(node, input.Stem, ordinals, key?.Count == input.NaturalKey?.Count ? key : null) { Origins = input.OriginsOf([.. bound.Select(b => b.Value)]) };
    }

    /// <summary>A projection, or the input itself where it already is the result.</summary>
    private PlanNode ProjectNode(BoundStream input, IReadOnlyList<(string Name, BoundExpr Value)> columns)
    {
        var schema = BoundStream.SchemaOf(columns);
        var passes = columns.All(c => c.Value is BoundColumn column && column.Name == c.Name);
        if (passes && schema.Equals(input.Node.Schema))
        {
            return input.Node;
        }

        // Leaving columns out does not change what the others mean: consumers hash the schema they get.
        var fingerprint = passes
            ? input.Node.Fingerprint
            : NodeFactory.Hash(["project", input.Node.Fingerprint, .. columns.SelectMany(c => (string[])[c.Name, c.Value.Key])]);
        var values = columns.Select(c => c.Value).ToList();
        var detail = string.Join(", ", columns.Select(c => c.Value is BoundColumn column && column.Name == c.Name ? c.Name : $"{c.Name} = {c.Value.Text}"));
        return _nodes.Add(
            $"select({input.Stem})", schema, fingerprint, detail,
            n => new ProjectNode(n, schema, fingerprint, input.Node, values));
    }
}
