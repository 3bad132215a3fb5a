using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning;
using CdcLake.Planning.Binding;

namespace CdcLake.Flink.Sql;

/// <summary>
/// Operators of a plan as SELECTs of Flink. An operator that two others read becomes a view; all else is one statement for each sink. A kind of operator without an answer does not compile.
/// </summary>
internal sealed class PlanSql : IPlanVisitor<Query>
{
    private readonly BoundPlan _plan;
    private readonly Notes _notes;
    private readonly bool _comparesByBytes;
    private readonly IReadOnlyList<SourceTableSql> _tables;
    private readonly Dictionary<PlanNode, Query> _shared = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, int> _aliases = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> _views = [];

    /// <param name="plan">What is translated.</param>
    /// <param name="tables">Its captures as tables of Flink.</param>
    /// <param name="notes">Where warnings go.</param>
    /// <param name="comparesByBytes">Whether texts may be compared by bytes whatever their collation is.</param>
    public PlanSql(BoundPlan plan, IReadOnlyList<SourceTableSql> tables, Notes notes, bool comparesByBytes) =>
        (_plan, _tables, _notes, _comparesByBytes) = (plan, tables, notes, comparesByBytes);

    /// <summary>Views that the SELECTs read, in the order in which they have to be made.</summary>
    public IReadOnlyList<string> Views => _views;

    /// <summary>The rows that a sink writes.</summary>
    public Query Rows(SinkNode sink)
    {
        _aliases.Clear(); // they have to be unique within a statement
        return Of(sink.Input);
    }

    Query IPlanVisitor<Query>.Sink(SinkNode node) => Of(node.Input);

    Query IPlanVisitor<Query>.Table(TableNode node)
    {
        var table = _tables[node.Table];
        var alias = Alias(table.Alias);
        return new Query($"{FlinkText.Name(table.Name)} AS {FlinkText.Name(alias)}", [.. table.Read(alias).Select(c => (IReadOnlyList<SqlValue>)[c])]);
    }

    Query IPlanVisitor<Query>.ForeignKeys(ForeignKeysNode node)
    {
        if (node.Links.Count > 0)
        {
            throw PlaceOf(node).Refuse(
                $"foreign keys {string.Join(", ", node.Links.Select(l => l.Key.Name).Distinct())}",
                "they change rows that the server's log does not show, and Flink's source only has the log. Leave the actions to the application, or use MySQL 9.6 or later, which logs them");
        }

        var table = Of(node.Tables[0]);
        return table with { Columns = [.. node.Columns.Select(c => table.Columns[c])] };
    }

    Query IPlanVisitor<Query>.CompleteRows(CompleteRowsNode node) => throw PlaceOf(node).Refuse(
        "rows that the log has in part", "Flink's source needs whole ones. Run SET GLOBAL binlog_row_image=FULL on the server and leave MySqlSourceOptions.CompletePartialRows off");

    Query IPlanVisitor<Query>.Filter(FilterNode node)
    {
        var input = Ungrouped(node.Input);
        return input with { Where = input.Where.Add(Expressions(node, input).Of(node.Condition).Text) };
    }

    Query IPlanVisitor<Query>.Project(ProjectNode node)
    {
        var input = Of(node.Input);
        if (node.Columns.SelectMany(ReadColumns.Of).GroupBy(c => c).Any(g => g.Count() > 1 && input.Columns[g.Key].Any(v => !v.IsFree)))
        {
            input = Wrapped(input, node.Input);
        }

        var expressions = Expressions(node, input);
        return input with { Columns = [.. node.Columns.Select(expressions.Column)] };
    }

    Query IPlanVisitor<Query>.Union(UnionNode node)
    {
        var (left, right) = (Of(node.Left), Of(node.Right));
        var names = SchemaNames.Of(node.Schema);
        Query[] sides = [Typed(left, node.Schema), Typed(right, node.Schema)];
        return sides[0].Of($"({sides[0].Select(names)} UNION ALL {sides[1].Select(names)})", names, Alias("u"));
    }

    Query IPlanVisitor<Query>.Top(TopNode node)
    {
        const string Rank = "(rank)";
        var input = Ungrouped(node.Input);
        var names = SchemaNames.Of(node.Schema);
        var direction = node.Descending ? "DESC" : "ASC";
        var keys = node.Key.Distinct().ToList();
        var order = node.Order.Concat(Enumerable.Range(0, node.Schema.Count)).Except(keys).Distinct().ToList(); // equal ones are ordered by what else they have
        order = order.TrueForAll(o => IsConstant(node.Input, o)) ? [.. order, .. keys] : order; // Flink wants some order, also of rows that are the same in everything
        foreach (var column in keys.Concat(order).Where(c => node.Schema[c].Type.Kind == TypeKind.Binary && input.Columns[c].Any(v => v.Type.Kind == TypeKind.Binary)))
        {
            throw PlaceOf(node).Refuse($"an order by \"{node.Schema[column].Name}\"", "Flink orders no binary values. Leave the column out with Select");
        }

        var groups = keys.Count == 0 ? "" : $"PARTITION BY {string.Join(", ", keys.SelectMany(k => input.Columns[k]).Select(v => v.Text))} ";
        var rank = new SqlValue($"ROW_NUMBER() OVER ({groups}ORDER BY {string.Join(", ", order.SelectMany(o => input.Columns[o]).Select(v => $"{v.Text} {direction}"))})", DataType.Int64);
        var alias = Alias("r");
        var ranked = (input with { Columns = [.. input.Columns, [rank]] }).Wrap([.. names, Rank], alias);
        return ranked with
        {
            Columns = [.. ranked.Columns.SkipLast(1)],
            Where = [string.Create(CultureInfo.InvariantCulture, $"{FlinkText.Names(alias, Rank)} <= {node.Count}")],
        };
    }

    Query IPlanVisitor<Query>.Rows(RowsNode node) => throw PlaceOf(node).Refuse(
        "SelectRow", "it calls a function of this process, which a cluster does not have. Write it as Select, or let a pipeline write its rows into a table that the job reads");

    Query IPlanVisitor<Query>.Recent(RecentNode node) => throw PlaceOf(node).Refuse(
        "KeepRecent", "it follows the commit times of the server's log, and Flink's source has no clock that does. Keep all rows, and ask for the recent ones where the table is read");

    Query IPlanVisitor<Query>.Join(JoinNode node)
    {
        var left = Side(node.Left, mayMiss: node.Kind.MayMiss(0), isLeft: true);
        var right = Side(node.Right, mayMiss: node.Kind.MayMiss(1), isLeft: false);
        var on = string.Join(" AND ", node.LeftKey.Zip(node.RightKey, (l, r) => string.Join(" AND ", left.Columns[l].Zip(right.Columns[r], (a, b) => $"{a.Operand} = {b.Operand}"))));
        if (node.Kind.IsTest())
        {
            var conditions = right.Conditions.Append(on);
            var exists = $"EXISTS (SELECT 1 FROM {right.From} WHERE {string.Join(" AND ", conditions)})";
            return left with { Where = left.Where.Add(node.Kind == JoinKind.Anti ? $"NOT {exists}" : exists) };
        }

        var word = node.Kind switch
        {
            JoinKind.Inner => "JOIN",
            JoinKind.Left => "LEFT JOIN",
            JoinKind.Right => "RIGHT JOIN",
            _ => "FULL JOIN",
        };
        return new Query($"{left.From} {word} {right.From} ON {on}", [.. left.Columns, .. right.Columns]) { IsSingle = false, Where = left.Where.AddRange(right.Where) };
    }

    // Conditions of a side whose rows are all kept may follow the join; those of a side that may be missing have to come before it, as has what is computed from its rows.
    private Query Side(PlanNode node, bool mayMiss, bool isLeft)
    {
        var rows = Ungrouped(node);
        return mayMiss && !rows.IsBare || !isLeft && !rows.IsSingle ? Wrapped(rows, node) : rows;
    }

    Query IPlanVisitor<Query>.Aggregate(AggregateNode node)
    {
        var input = Ungrouped(node.Input);
        var keys = node.Key.SelectMany(k => input.Columns[k]).ToList();
        if (keys.Any(k => k.Form == SqlForm.Literal))
        {
            input = Wrapped(input, node.Input); // a number in GROUP BY would be a place in the list of columns
            keys = [.. node.Key.SelectMany(k => input.Columns[k])];
        }

        SqlValue? row = null;
        if (node.Key.Count == 0)
        {
            (input, row) = WithOneRow(node, input);
        }

        var place = PlaceOf(node);
        var calls = node.Calls.Select((c, i) => AggregateSql.Of(place, c, c.Input < 0 ? null : input.Columns[c.Input], node.Schema[node.Key.Count + i], row));
        return input with { Columns = [.. node.Key.Select(k => input.Columns[k]), .. calls], GroupBy = [.. keys.Select(k => k.Text)] };
    }

    /// <summary>
    /// Input of one group over everything, which is there while there are no rows too: in Flink it appears with the first row and goes with the last. A row of nulls that is always there keeps it;
    /// real rows are counted by a column that is null in it.
    /// </summary>
    private (Query Input, SqlValue Row) WithOneRow(AggregateNode node, Query input)
    {
        string[] names = [.. SchemaNames.Of(node.Input.Schema), "(row)"];
        var marked = input with { Columns = [.. input.Columns, [new SqlValue("TRUE", DataType.Boolean, SqlForm.Literal)]] };
        var nothing = new Query("(VALUES (0)) AS `none` (`n`)", [.. marked.Columns.Select(c => (IReadOnlyList<SqlValue>)[.. c.Select(v => new SqlValue("NULL", v.Type).Cast(v.Type))])]);
        var all = marked.Of($"({marked.Select(names)} UNION ALL {nothing.Select(names)})", names, Alias("u"));
        return (all with { Columns = [.. all.Columns.SkipLast(1)] }, all.Columns[^1][0]);
    }

    /// <summary>The rows of an operator; a view where several read it.</summary>
    private Query Of(PlanNode node)
    {
        if (node is TableNode or ForeignKeysNode || _plan.Nodes.Sum(n => n.Inputs.Count(i => ReferenceEquals(i, node))) < 2)
        {
            return node.Accept(this);
        }

        if (!_shared.TryGetValue(node, out var rows))
        {
            rows = node.Accept(this);
            _shared.Add(node, rows);
            _views.Add($"CREATE TEMPORARY VIEW {FlinkText.Name(node.Name)} AS {rows.Select(SchemaNames.Of(node.Schema))}");
        }

        return rows.Of(FlinkText.Name(node.Name), SchemaNames.Of(node.Schema), Alias("v"));
    }

    private static bool IsConstant(PlanNode node, int column) => node switch
    {
        ProjectNode project => project.Columns[column] is BoundConstant || (project.Columns[column] is BoundColumn same && IsConstant(project.Input, same.Ordinal)),
        FilterNode filter => IsConstant(filter.Input, column),
        _ => false,
    };

    private Query Ungrouped(PlanNode node) => Of(node) is { GroupBy: null } rows ? rows : Wrapped(Of(node), node);

    private Query Wrapped(Query rows, PlanNode node) => rows.Wrap(SchemaNames.Of(node.Schema), Alias("q"));

    private static Query Typed(Query rows, Schema schema) =>
        rows with { Columns = [.. rows.Columns.Select((c, i) => c is [var value] && value.Type.Kind != TypeKind.String ? [value.To(schema[i].Type)] : c)] };

    private ExpressionSql Expressions(PlanNode node, Query input) => new(PlaceOf(node), input.Columns);

    private Place PlaceOf(PlanNode node) => new(node.Name, _notes, _comparesByBytes);

    private string Alias(string stem)
    {
        var count = _aliases[stem] = _aliases.GetValueOrDefault(stem) + 1;
        return count == 1 ? stem : string.Create(CultureInfo.InvariantCulture, $"{stem}_{count}");
    }
}
