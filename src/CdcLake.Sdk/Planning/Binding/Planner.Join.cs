using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

internal sealed partial class Planner
{
    /// <summary>One side of a join: exactly the columns that the result and the key need.</summary>
    private sealed record JoinSide(PlanNode Node, IReadOnlyList<int> Key, IReadOnlyDictionary<string, int> Ordinals, IReadOnlyDictionary<int, ColumnOrigin> Origins);

    public BoundStream Join(LogicalJoin join)
    {
        var (left, right) = (_bound[join.Left], _bound[join.Right]);
        var (leftKey, rightKey) = JoinKeys(join, left, right);
        var wanted = _read[join];
        var leftNames = join.Kind.IsTest() ? left.Names(wanted) : wanted.Names(0);
        var (l, r) = (Side(left, leftKey, leftNames, join.Kind), Side(right, rightKey, wanted.Names(1), join.Kind));
        var schema = JoinSchema(join.Kind, l, r);
        var on = leftKey.Zip(rightKey, (a, b) => $"{a.Text} = {b.Text}").ToList();
        var fingerprint = NodeFactory.Hash(
            [join.Kind.Word(), l.Node.Fingerprint, r.Node.Fingerprint, l.Node.Schema.ToString(), r.Node.Schema.ToString(), .. leftKey.Select(k => k.Key), "=", .. rightKey.Select(k => k.Key)]);
        var node = _nodes.Add(
            $"{join.Kind.Word()}({left.Stem},{right.Stem})", schema, fingerprint, string.Join(" and ", on),
            n => new JoinNode(n, schema, fingerprint, join.Kind, l.Node, r.Node, l.Key, r.Key));
        var ordinals = l.Ordinals.ToDictionary(o => new ColumnName(0, o.Key), o => o.Value);
        var origins = l.Origins.ToDictionary(o => o.Key, o => o.Value.BehindJoin(0));
        if (join.Kind.IsTest())
        {
            var kept = new BoundStream(node, node.Name, ordinals, left.NaturalKey?.All(ordinals.ContainsKey) == true ? left.NaturalKey : null) { Origins = origins };
            return wanted.All ? Only(kept, leftNames) : kept;
        }

        ordinals.TryAdd(new ColumnName(0, Partner), l.Key[0]);
        ordinals[new ColumnName(1, Partner)] = l.Node.Schema.Count + r.Key[0];
        foreach (var (column, ordinal) in r.Ordinals)
        {
            ordinals[new ColumnName(1, column)] = l.Node.Schema.Count + ordinal;
        }

        foreach (var (ordinal, origin) in r.Origins)
        {
            origins[l.Node.Schema.Count + ordinal] = origin.BehindJoin(1);
        }

        var key = JoinNaturalKey(join.Kind, left, leftKey, right, rightKey);
        return new BoundStream(node, node.Name, ordinals, key?.TrueForAll(ordinals.ContainsKey) == true ? key : null) { Origins = origins };
    }

    private static string Partner => LogicalJoin.Partner(0).Name;

    /// <summary>
    /// What identifies a row of a join: where it is on the whole key of one side, a row of the other meets at most one, so the other's key; else the keys of both.
    /// </summary>
    private static List<ColumnName>? JoinNaturalKey(JoinKind kind, BoundStream left, List<BoundExpr> leftKey, BoundStream right, List<BoundExpr> rightKey)
    {
        if (left.NaturalKey is not { } leftNames || right.NaturalKey is not { } rightNames)
        {
            return null;
        }

        var fromRight = rightNames.Select(k => k with { Input = 1 });
        return kind switch
        {
            JoinKind.Inner or JoinKind.Left when IsWhole(right, rightKey) => [.. leftNames],
            JoinKind.Inner or JoinKind.Right when IsWhole(left, leftKey) => [.. fromRight],
            JoinKind.Inner => [.. leftNames, .. fromRight],
            _ => null,
        };
    }

    /// <summary>True when the values of a join's key on one side include what identifies a row there.</summary>
    private static bool IsWhole(BoundStream side, List<BoundExpr> key) =>
        side.NaturalKey!.All(k => key.Exists(v => (v is BoundTextKey { Value: var text } && IsOwn(text, v.Collation!) ? text : v) is BoundColumn column && column.Ordinal == side.Ordinals[k]));

    /// <summary>True when a text compares as its column does, so that texts that are equal are so in a unique key too.</summary>
    private static bool IsOwn(BoundExpr text, TextCollation collation) => text.Collation?.Name == collation.Name;

    /// <summary>A stream without the columns that were added for keys only: consumers take all there are.</summary>
    private BoundStream Only(BoundStream stream, IEnumerable<string> names)
    {
        var kept = names.ToList();
        var columns = kept.Select(n => stream.OrdinalOf(n)).Distinct().Order().ToList();
        var node = ProjectNode(stream, [.. columns.Select(o => (stream.Node.Schema[o].Name, (BoundExpr)new BoundColumn(o, stream.Node.Schema[o])))]);
        return stream with
        {
            Node = node,
            Ordinals = kept.ToDictionary(n => new ColumnName(0, n), n => columns.IndexOf(stream.OrdinalOf(n))),
            Origins = columns.Select((o, i) => (o, i)).Where(c => stream.Origins.ContainsKey(c.o)).ToDictionary(c => c.i, c => stream.Origins[c.o]),
        };
    }

    /// <summary>The values that a join compares, brought to one type, texts as keys of the collation that they compare by.</summary>
    internal static (List<BoundExpr> Left, List<BoundExpr> Right) JoinKeys(LogicalJoin join, BoundStream left, BoundStream right)
    {
        var (lefts, rights) = (new List<BoundExpr>(), new List<BoundExpr>());
        var (leftBinder, rightBinder) = (left.Binder, right.Binder);
        for (var i = 0; i < join.LeftKey.Count; i++)
        {
            var (leftPart, rightPart) = (join.LeftKey[i], join.RightKey[i]);
            var (a, b) = EnumLabels.Align(leftPart, leftBinder.Bind(leftPart), rightPart, rightBinder.Bind(rightPart));
            (a, b) = GuidForms.Align(leftPart, a, rightPart, b);
            var common = CommonTypes.Of(a.Type, b.Type) ?? throw new SchemaMismatchException(
                $"The join compares {left.Stem}.{a.Text} ({a.Type}) with {right.Stem}.{b.Text} ({b.Type}), which can never be equal. Join on columns of one kind.");
            (a, b) = TextKeys.Pair(ExprBinder.Convert(a, common), ExprBinder.Convert(b, common), $"The join on {left.Stem}.{a.Text} = {right.Stem}.{b.Text}");
            lefts.Add(a);
            rights.Add(b);
        }

        return (lefts, rights);
    }

    /// <remarks>
    /// Whether a row of the side is there is seen by its key, which is not null in rows that have a partner; in a full join also rows without one are there, so that a column has to say it.
    /// </remarks>
    private JoinSide Side(BoundStream input, List<BoundExpr> key, IEnumerable<string> wanted, JoinKind kind = JoinKind.Inner)
    {
        var schema = input.Node.Schema;
        var asked = wanted.ToList();
        var isMarked = asked.Remove(Partner) && kind == JoinKind.Full;
        var names = asked.ToDictionary(n => n, n => input.OrdinalOf(n), StringComparer.Ordinal);
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

        var places = names.ToDictionary(n => n.Key, n => kept.IndexOf(n.Value), StringComparer.Ordinal);
        if (isMarked)
        {
            places[Partner] = columns.Count;
            columns.Add((Unique("(row)", columns.Select(c => c.Name)), new BoundConstant((byte)1, DataType.Boolean, "true")));
        }

        return new JoinSide(ProjectNode(input, columns), ordinals, places, input.OriginsOf([.. columns.Select(c => c.Value)]));
    }

    /// <summary>
    /// Left columns, then right columns, and a name that is taken gets a mark. Where a side may be missing its columns may be null; key columns are never null in rows that have a partner.
    /// </summary>
    private static Schema JoinSchema(JoinKind kind, JoinSide left, JoinSide right)
    {
        var fields = new List<Field>();
        JoinSide[] sides = kind.IsTest() ? [left] : [left, right];
        for (var side = 0; side < sides.Length; side++)
        {
            var schema = sides[side].Node.Schema;
            for (var i = 0; i < schema.Count; i++)
            {
                var isPresent = sides[side].Key.Contains(i) && !kind.Keeps(side);
                var nullable = kind.MayMiss(side) || (schema[i].Nullable && !isPresent);
                fields.Add(schema[i] with { Name = Unique(schema[i].Name, fields.Select(f => f.Name)), Nullable = nullable });
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
