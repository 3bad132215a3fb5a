using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <content>Operators whose rows are rows of their inputs.</content>
internal sealed partial class Planner
{
    public BoundStream Distinct(LogicalDistinct distinct)
    {
        var input = _bound[distinct.Input];
        var names = distinct.Columns is null
            ? [.. input.Names(_read[distinct.Input])]
            : distinct.Columns.Select(c => c.Name).Distinct(StringComparer.Ordinal).ToList();
        var ordinals = names.Select(n => input.OrdinalOf(n)).Distinct().ToList();
        var node = Distinct(input, ordinals);
        var positions = names.ToDictionary(n => new ColumnName(0, n), n => ordinals.IndexOf(input.OrdinalOf(n)));
        var isKept = input.NaturalKey?.All(positions.ContainsKey) == true;
        return new BoundStream(node, node is AggregateNode ? node.Name : $"distinct({input.Stem})", positions, isKept ? input.NaturalKey : [.. positions.Keys.DistinctBy(k => positions[k])])
        {
            Origins = input.OriginsOf([.. ordinals.Select(o => new BoundColumn(o, input.Node.Schema[o]))]),
        };
    }

    private PlanNode Distinct(BoundStream input, List<int> ordinals)
    {
        var values = ordinals.ConvertAll(o => (BoundExpr)new BoundColumn(o, input.Node.Schema[o]));
        var groups = new TextGroups(input, values);
        var (source, columns) = Columns(input, [.. groups.Keys, .. groups.Spelling is { } spelling ? [spelling] : Array.Empty<BoundExpr>()]);
        var schema = new Schema(ordinals.Select((o, i) => new Field(input.Node.Schema[o].Name, groups.Keys[i].Type, values[i].Nullable) { Labels = values[i].Labels, Collation = values[i].Collation, IsJson = values[i].IsJson })
            .Concat(groups.Spelling is null ? [] : [TextGroups.SpellingField(ordinals.Select(o => input.Node.Schema[o].Name))]));
        var fingerprint = NodeFactory.Hash(["distinct", source.Fingerprint, schema.ToString(), .. groups.Spelling is null ? [] : groups.Keys.Select(k => k.Key)]);
        var calls = groups.Spelling is null ? [] : new[] { TextGroups.SpellingCall(columns[^1]) };
        var node = _nodes.Add(
            $"distinct({input.Stem})", schema, fingerprint, $"by {string.Join(", ", groups.Keys.Select(k => k.Text))}",
            n => new AggregateNode(n, schema, fingerprint, source, columns.Take(values.Count).ToList(), calls));
        return groups.Spelling is null ? node : ProjectNode(
            new BoundStream(node, node.Name, new Dictionary<ColumnName, int>(), null),
            [.. ordinals.Select((o, i) => (input.Node.Schema[o].Name, groups.Shown(i, node.Schema, values.Count)))]);
    }

    public BoundStream Union(LogicalUnion union)
    {
        var (left, right) = (_bound[union.Left], _bound[union.Right]);
        var columns = union.Columns is null ? ByName(union, left, right) : union.Columns.Where(c => _read[union].Contains(c.Name)).ToList();
        var pairs = columns.Select(c => Pair(c, left, right)).ToList();
        var schema = new Schema(pairs.Select(p => p.Field));
        var l = ProjectNode(left, [.. pairs.Select(p => (p.Field.Name, p.Left))]);
        var r = ProjectNode(right, [.. pairs.Select(p => (p.Field.Name, p.Right))]);
        var fingerprint = NodeFactory.Hash(["union", l.Fingerprint, r.Fingerprint, schema.ToString()]);
        var node = _nodes.Add($"union({left.Stem},{right.Stem})", schema, fingerprint, "", n => new UnionNode(n, schema, fingerprint, l, r));
        var ordinals = columns.Select((c, i) => (c.Name, i)).ToDictionary(c => new ColumnName(0, c.Name), c => c.i);
        foreach (var spelling in union.Columns is null ? left.Names(_read[union.Left]) : [])
        {
            ordinals.TryAdd(new ColumnName(0, spelling), columns.FindIndex(c => left.OrdinalOf(c.Name) == left.OrdinalOf(spelling)));
        }

        return new BoundStream(node, node.Name, ordinals, null);
    }

    public BoundStream Top(LogicalTop top)
    {
        var input = _bound[top.Input];
        var wanted = _read[top];
        var names = input.Names(wanted).ToList();
        var values = top.Keys.Select(input.Binder.Bind).Where(k => k is not BoundConstant).ToList();
        var keys = new TextGroups(input, values).Keys;
        var order = top.Order.Select(o => TextKeys.Order(o, input.Binder.Bind(o))).Where(o => o is not BoundConstant).Select(o => TextKeys.Of(o, $"The order by \"{o.Text}\"")).ToList();
        var side = Side(input, [.. keys, .. order], names);
        var key = side.Key.Take(keys.Count).ToList();
        var by = side.Key.Skip(keys.Count).ToList();
        var (schema, text) = (side.Node.Schema, top.Descending ? "last" : "first");
        var fingerprint = NodeFactory.Hash(
            ["top", side.Node.Fingerprint, schema.ToString(), text, $"{top.Count}", .. keys.Select(k => k.Key), "by", .. order.Select(o => o.Key)]);
        var detail = $"the {text} {top.Count} by {string.Join(", ", order.Select(o => o.Text))}{(keys.Count == 0 ? "" : $" of each {string.Join(", ", keys.Select(k => k.Text))}")}";
        var node = _nodes.Add(
            $"top({input.Stem})", schema, fingerprint, detail, n => new TopNode(n, schema, fingerprint, side.Node, key, by, top.Descending, top.Count));
        var ordinals = side.Ordinals.ToDictionary(o => new ColumnName(0, o.Key), o => o.Value);
        var groups = top.Count > 1 || keys.Count == 0
            ? null
            : keys.Select((k, i) => ordinals.FirstOrDefault(o => k is BoundColumn && o.Value == side.Key[i]).Key).ToList();
        var natural = groups?.TrueForAll(g => g.Name is not null) == true ? groups : input.NaturalKey;
        var stream = new BoundStream(node, node.Name, ordinals, natural?.All(ordinals.ContainsKey) == true ? natural : null) { Origins = side.Origins };
        return wanted.All ? Only(stream, names) : stream;
    }

    /// <summary>The columns of two untyped streams by name.</summary>
    private List<UnionColumn> ByName(LogicalUnion union, BoundStream left, BoundStream right)
    {
        var (mine, theirs) = (left.Names(_read[union.Left]).ToList(), right.Names(_read[union.Right]).ToList());
        var missing = mine.Except(theirs, StringComparer.OrdinalIgnoreCase).Select(c => $"{right.Stem} has no column {c}")
            .Concat(theirs.Except(mine, StringComparer.OrdinalIgnoreCase).Select(c => $"{left.Stem} has no column {c}")).ToList();
        return missing.Count > 0
            ? throw new SchemaMismatchException($"A union needs the same columns on both sides, but {string.Join(", ", missing)}. Select the columns that both have: Select(r => new {{ Id = r.Get<int>(\"id\") }}).")
            : [.. mine.DistinctBy(n => left.OrdinalOf(n)).Select(n => new UnionColumn(
                n, new ColumnExpr(0, n, typeof(object)), new ColumnExpr(0, theirs.Find(t => string.Equals(t, n, StringComparison.OrdinalIgnoreCase))!, typeof(object))))];
    }

    private static (Field Field, BoundExpr Left, BoundExpr Right) Pair(UnionColumn column, BoundStream left, BoundStream right)
    {
        var (a, b) = (left.Binder.Bind(column.Left), right.Binder.Bind(column.Right));
        var common = CommonTypes.Of(a.Type, b.Type) ?? throw new SchemaMismatchException(
            $"Column {column.Name} of a union is {a.Type} in {left.Stem} and {b.Type} in {right.Stem}. Convert one of them with Select before.");
        var name = a is BoundColumn own ? own.Name : column.Name;
        var labels = a.Labels.SequenceEqual(b.Labels) ? a.Labels : [];
        return (new Field(name, common, a.Nullable || b.Nullable) { Labels = labels, Collation = TextCollation.Combine(a.Collation, b.Collation), IsJson = a.IsJson && b.IsJson }, ExprBinder.Convert(a, common), ExprBinder.Convert(b, common));
    }
}
