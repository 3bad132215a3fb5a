using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

internal sealed partial class Planner
{
    private readonly Dictionary<string, TableNode> _captured = new(StringComparer.Ordinal);

    // Every table that is read is captured once, with what its users want and what foreign keys need.
    private void BindTables(LogicalPlan plan, List<LogicalTable> uses, IReadOnlyDictionary<string, SourceTable> tables)
    {
        var references = new ReferencedTables(plan.Tables, tables);
        var bound = new List<(SourceTable Table, LogicalTable User, Dictionary<string, int> Ordinals)>();
        foreach (var name in references.Names)
        {
            var table = tables.GetValueOrDefault(name) ?? throw new SchemaMismatchException(
                $"Table {name} was not found. {NearestNames.Suggest(name, tables.Keys)} Check the name in mysql.Table(\"…\") and the grants of the user.");
            var users = uses.Where(u => u.Table == name).Select(u => (table, u, Ordinals: new TableBinder(table).Bind(u.Members, _read[u]))).ToList();
            bound.AddRange(users);
            Capture(table, users.SelectMany(u => u.Ordinals.Values), uses.Any(u => u.Table == name && u.Members is null && _read[u].All), references);
        }

        foreach (var table in bound.GroupBy(b => b.Table))
        {
            var columns = table.SelectMany(t => t.Ordinals.Values).Distinct().Order().ToList();
            var node = Follow(table.Key, columns, references, tables);
            foreach (var (_, user, own) in table)
            {
                var positions = own.ToDictionary(o => new ColumnName(0, o.Key), o => columns.IndexOf(o.Value));
                _bound[user] = new BoundStream(node, table.Key.Name, positions, PrimaryKey(table.Key, own)) { Origins = Origins(table.Key, columns) };
            }
        }
    }

    private void Capture(SourceTable table, IEnumerable<int> wanted, bool readsAll, ReferencedTables references)
    {
        var columns = wanted.Concat(references.ColumnsOf(table.Name)).Concat(table.Completion?.Key ?? []).Distinct().Order().ToList();
        var capture = TableCapture.Of(table, columns) with { ReadsAll = readsAll, Referenced = references.ReferencedOf(table.Name) };
        var index = _captures.Count;
        _captures.Add(capture);
        var pruned = Enumerable.Range(0, table.Schema.Count).Except(columns).Select(c => table.Schema[c].Name).ToList();
        var detail = $"captured: {Names(capture.Schema)}" + (pruned.Count == 0 ? "" : $"; pruned: {string.Join(", ", pruned)}");
        var fingerprint = NodeFactory.Hash("table", table.Name);
        _captured[table.Name] = _nodes.Add(table.Name, capture.Schema, fingerprint, detail, n => new TableNode(n, capture.Schema, fingerprint, index));
    }

    // The node that gives the columns that users want of a table: the table itself, unless foreign keys change its rows unseen, or make it be captured with more columns than that.
    private PlanNode Follow(SourceTable table, List<int> columns, ReferencedTables references, IReadOnlyDictionary<string, SourceTable> tables)
    {
        var own = _captured[table.Name];
        var captured = _captures[own.Table].Columns.ToList();
        if (table.Completion is { Key.Count: > 0 } completion)
        {
            return Complete(table, own, completion.Key.Select(k => captured.IndexOf(k)).ToList(), columns.ConvertAll(captured.IndexOf));
        }

        if (table.ForeignKeys.Count == 0 && captured.Count == columns.Count)
        {
            return own;
        }

        var names = references.ClosureOf(table.Name);
        var links = names.SelectMany((name, child) => tables[name].ForeignKeys.Select(key => LinkOf(key, child, names.IndexOf(key.Parent), names))).ToList();
        RefuseComputed(table, columns);
        var schema = new Schema(columns.Select(c => table.Schema[c]));
        var meaning = links.SelectMany(l => new[] { names[l.Child], names[l.Parent], l.Key.Actions, $"{string.Join(',', l.Key.Columns)} {string.Join(',', l.Key.ParentColumns)} {string.Join(',', l.Key.Rules)}" });
        var fingerprint = NodeFactory.Hash([.. names.Select(n => _captured[n].Fingerprint), .. names.SelectMany(n => _captured[n].Schema.Fields.Select(f => f.ToString())), .. meaning, "foreign keys", Names(schema)]);
        var detail = links.Count == 0 ? "nothing; others need more of its columns"
            : string.Join("; ", links.Select(l => $"{l.Key.Name} of {names[l.Child]}, {l.Key.Parent} {l.Key.Actions}"));
        return _nodes.Add(
            $"references({table.Name})", schema, fingerprint, detail,
            n => new ForeignKeysNode(n, schema, fingerprint, [.. names.Select(t => _captured[t])], links, [.. columns.Select(c => captured.IndexOf(c))]));
    }

    private CompleteRowsNode Complete(SourceTable table, TableNode own, List<int> key, List<int> columns)
    {
        var schema = new Schema(columns.Select(c => own.Schema[c]));
        var fingerprint = NodeFactory.Hash([own.Fingerprint, "complete rows", .. own.Schema.Fields.Select(f => f.ToString()), string.Join(',', key), Names(schema)]);
        return _nodes.Add(
            $"whole({table.Name})", schema, fingerprint, "rows that the log has in part, from the rows as they were",
            n => new CompleteRowsNode(n, schema, fingerprint, own, key, columns));
    }

    private ForeignKeyLink LinkOf(ForeignKey key, int child, int parent, List<string> names)
    {
        var (from, to) = (_captures[_captured[names[child]].Table].Columns.ToList(), _captures[_captured[names[parent]].Table].Columns.ToList());
        return new ForeignKeyLink(key, child, parent, [.. key.Columns.Select(c => from.IndexOf(c))], [.. key.ParentColumns.Select(c => to.IndexOf(c))]);
    }

    // What the source computes anew when a foreign key changes a column can be computed nowhere else.
    private static void RefuseComputed(SourceTable table, List<int> columns)
    {
        foreach (var key in table.ForeignKeys.Where(k => k.OnDelete == ReferentialAction.SetNull || k.OnUpdate != ReferentialAction.None))
        {
            if (key.Computed.FirstOrDefault(columns.Contains, -1) is >= 0 and var column)
            {
                throw new UnsupportedTypeException(
                    $"Column {table.Name}.{table.Schema[column].Name} is computed by the source from columns that foreign key {key.Name} ({key.Actions}) changes without a word in the log, "
                    + "so that its new values would not be known. Leave the column out with Select, or with a row type that has no property for it.");
            }
        }
    }

    private static string Names(Schema schema) => schema.Count == 0 ? "no columns" : string.Join(", ", schema.Fields.Select(f => f.Name));
}
