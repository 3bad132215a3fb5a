using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>Binds what is asked of a stored table: which columns are read, and the condition over them.</summary>
internal static class ScanBinder
{
    /// <param name="table">The table.</param>
    /// <param name="members">Properties of the row type; null for untyped rows.</param>
    /// <param name="columns">Columns of untyped rows, in order; null for all.</param>
    /// <param name="conditions">All of them must hold.</param>
    /// <param name="extra">Ordinals of further columns that are wanted.</param>
    /// <exception cref="SchemaMismatchException">A column is missing, or has another type.</exception>
    /// <exception cref="UnsupportedTypeException">A column is wanted whose type is not read.</exception>
    public static BoundScan Bind(
        SourceTable table, RowMembers? members, IReadOnlyList<string>? columns, IReadOnlyList<Expr> conditions, IEnumerable<int> extra)
    {
        var read = new ColumnSet { All = members is null && columns is null };
        foreach (var member in members?.Members ?? [])
        {
            read.Add(new ColumnExpr(0, member.Property, member.Type));
        }

        foreach (var condition in conditions)
        {
            read.AddColumnsOf(condition);
        }

        var ordinals = new TableBinder(table, makesObjects: true).Bind(members, read);
        var wanted = members is not null ? members.Members.Select(m => ordinals[m.Property])
            : columns is not null ? columns.Select(c => Find(table, c))
            : Enumerable.Range(0, table.Schema.Count);
        List<int> all = [.. wanted.Concat(extra).Distinct()];
        var count = all.Count;
        all.AddRange(conditions.SelectMany(ColumnsOf).Select(c => ordinals[c]).Distinct().Except(all).ToList());
        var binder = new ExprBinder(c => new BoundColumn(all.IndexOf(ordinals[c.Name]), table.Schema[ordinals[c.Name]]));
        var both = conditions.Count == 0 ? null : conditions.Aggregate((a, b) => new CallExpr(ScalarOp.And, a, b, typeof(bool)));
        var places = members?.Members.Select(m => all.IndexOf(ordinals[m.Property])).ToList() ?? [];
        return new BoundScan(all, count, both is null ? null : binder.BindCondition(both), places);
    }

    private static int Find(SourceTable table, string column)
    {
        for (var i = 0; i < table.Schema.Count; i++)
        {
            if (string.Equals(table.Schema[i].Name, column, StringComparison.OrdinalIgnoreCase))
            {
                return table.Unsupported.TryGetValue(i, out var reason)
                    ? throw new UnsupportedTypeException($"Column {table.Name}.{table.Schema[i].Name} ({table.NativeTypes[i]}) cannot be read: {reason}. Leave it out.")
                    : i;
            }
        }

        throw new SchemaMismatchException($"Table {table.Name} has no column \"{column}\". {NearestNames.Suggest(column, table.Schema.Fields.Select(f => f.Name))}");
    }

    private static IEnumerable<string> ColumnsOf(Expr expression)
    {
        var columns = new ColumnSet();
        columns.AddColumnsOf(expression);
        return columns.Names(0);
    }
}

/// <summary>What a scan reads. Immutable.</summary>
/// <param name="Columns">Ordinals of the table's columns: those wanted, then those that only the condition needs.</param>
/// <param name="Wanted">How many are wanted.</param>
/// <param name="Condition">Over these columns, or null.</param>
/// <param name="Members">For each property of the row type its place among these columns.</param>
internal sealed record BoundScan(IReadOnlyList<int> Columns, int Wanted, BoundExpr? Condition, IReadOnlyList<int> Members);
