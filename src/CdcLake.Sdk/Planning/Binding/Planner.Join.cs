using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

internal sealed partial class Planner
{
    /// <summary>One side of a join: exactly the columns that the result and the key need.</summary>
    private sealed record JoinSide(PlanNode Node, IReadOnlyList<int> Key, IReadOnlyDictionary<string, int> Ordinals);

    private BoundStream Join(LogicalJoin join)
    {
        var (left, right) = (_bound[join.Left], _bound[join.Right]);
        var (leftKey, rightKey) = JoinKeys(join, left, right);
        var wanted = _read[join];
        var (l, r) = (Side(left, leftKey, wanted.Names(0)), Side(right, rightKey, wanted.Names(1)));
        var schema = JoinSchema(l, r);
        var on = leftKey.Zip(rightKey, (a, b) => $"{a.Text} = {b.Text}").ToList();
        var fingerprint = NodeFactory.Hash(
            ["join", l.Node.Fingerprint, r.Node.Fingerprint, l.Node.Schema.ToString(), r.Node.Schema.ToString(), .. leftKey.Select(k => k.Key), "=", .. rightKey.Select(k => k.Key)]);
        var name = $"join({left.Stem},{right.Stem})";
        var node = _nodes.Add(
            name, schema, fingerprint, string.Join(" and ", on), n => new JoinNode(n, schema, fingerprint, l.Node, r.Node, l.Key, r.Key));
        var ordinals = l.Ordinals.ToDictionary(o => (0, o.Key), o => o.Value);
        foreach (var (column, ordinal) in r.Ordinals)
        {
            ordinals[(1, column)] = l.Node.Schema.Count + ordinal;
        }

        return new BoundStream(node, node.Name, ordinals, null);
    }

    private static (List<BoundExpr> Left, List<BoundExpr> Right) JoinKeys(LogicalJoin join, BoundStream left, BoundStream right)
    {
        var (lefts, rights) = (new List<BoundExpr>(), new List<BoundExpr>());
        var (leftBinder, rightBinder) = (left.Binder, right.Binder);
        for (var i = 0; i < join.LeftKey.Count; i++)
        {
            var (leftPart, rightPart) = (join.LeftKey[i], join.RightKey[i]);
            var (a, b) = EnumLabels.Align(leftPart, leftBinder.Bind(leftPart), rightPart, rightBinder.Bind(rightPart));
            var common = CommonTypes.Of(a.Type, b.Type) ?? throw new SchemaMismatchException(
                $"The join compares {left.Stem}.{a.Text} ({a.Type}) with {right.Stem}.{b.Text} ({b.Type}), which can never be equal. Join on columns of one kind.");
            lefts.Add(ExprBinder.Convert(a, common));
            rights.Add(ExprBinder.Convert(b, common));
        }

        return (lefts, rights);
    }

    private JoinSide Side(BoundStream input, List<BoundExpr> key, IEnumerable<string> wanted)
    {
        var schema = input.Node.Schema;
        var names = wanted.ToDictionary(n => n, n => input.Ordinals[(0, n)], StringComparer.Ordinal);
        var kept = names.Values.Concat(key.OfType<BoundColumn>().Select(k => k.Ordinal)).Distinct().Order().ToList();
        var columns = kept.Select(o => (schema[o].Name, Value: (BoundExpr)new BoundColumn(o, schema[o]))).ToList();
        var ordinals = new List<int>(key.Count);
        foreach (var part in key)
        {
            var position = columns.FindIndex(c => c.Value.Key == part.Key);
            if (position < 0)
            {
                position = columns.Count;
                columns.Add((Unique(part.Text, columns.Select(c => c.Name)), part));
            }

            ordinals.Add(position);
        }

        return new JoinSide(ProjectNode(input, columns), ordinals, names.ToDictionary(n => n.Key, n => kept.IndexOf(n.Value), StringComparer.Ordinal));
    }

    /// <summary>Left columns, then right columns; key columns are never null in a result, and a name that is taken gets a mark.</summary>
    private static Schema JoinSchema(JoinSide left, JoinSide right)
    {
        var fields = new List<Field>();
        foreach (var side in (JoinSide[])[left, right])
        {
            for (var i = 0; i < side.Node.Schema.Count; i++)
            {
                var field = side.Node.Schema[i];
                fields.Add(field with { Name = Unique(field.Name, fields.Select(f => f.Name)), Nullable = field.Nullable && !side.Key.Contains(i) });
            }
        }

        return new Schema(fields);
    }

    private static string Unique(string name, IEnumerable<string> taken)
    {
        var names = taken.ToHashSet(StringComparer.Ordinal);
        while (!names.Add(name))
        {
            name += "'";
        }

        return name;
    }
}
