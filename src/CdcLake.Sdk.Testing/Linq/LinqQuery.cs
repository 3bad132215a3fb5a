using System.Linq.Expressions;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing.Linq;

/// <summary>
/// Evaluates what the user wrote with LINQ to Objects over rows of the user's types: the compiled lambdas themselves, and nothing of the library's translation, operators or kernels. What LINQ would do
/// in another way than MySQL is refused by name.
/// </summary>
/// <param name="database">The tables.</param>
internal sealed class LinqQuery(MemoryDatabase database)
{
    /// <summary>All rows of a result.</summary>
    /// <exception cref="NotInLinqException">It cannot be evaluated in this way.</exception>
    public IReadOnlyList<object?> Evaluate(WrittenQuery query) => query.Operation switch
    {
        "table" => TableRows(query),
        "Where" => [.. Evaluate(query.Inputs[0]).Where(Compiled(query.Lambdas[0].Written, row => (bool)row!))],
        "Select" => [.. Evaluate(query.Inputs[0]).Select(Compiled(query.Lambdas[0].Written, row => row))],
        "Join" => Join(query),
        "Exists" => Exists(query),
        "Distinct" => [.. Grouped(Evaluate(query.Inputs[0]), r => r).Select(g => g.Rows[0])],
        "UnionAll" => [.. Evaluate(query.Inputs[0]).Concat(Evaluate(query.Inputs[1]))],
        "Aggregate" => Aggregate(query),
        _ => throw new NotInLinqException(query.Operation),
    };

    private List<object?> TableRows(WrittenQuery query)
    {
        var members = query.Members ?? throw new NotInLinqException($"table {query.Table} without a row type");
        var table = database.Table(query.Table!);
        var read = new ColumnSet();
        foreach (var member in members.Members)
        {
            read.Add(new ColumnExpr(0, member.Property, member.Type));
        }

        var ordinals = new TableBinder(table.Description, makesObjects: true).Bind(members, read);
        var factory = new RowFactory(members.Type, members, [.. members.Members.Select(m => ordinals[m.Property])]);
        using var batch = new ChangeBatch(table.Description.Schema);
        foreach (var row in database.RowsOf(table))
        {
            MemoryTable.Append(batch, [.. Enumerable.Range(0, row.Length)], row, 1);
        }

        return [.. Enumerable.Range(0, batch.Count).Select(i => (object?)factory.Make(batch, i))];
    }

    private List<object?> Join(WrittenQuery query)
    {
        var (lefts, rights) = (Keyed(query, 0), Keyed(query, 1));
        var result = LinqLambda.Compile(query.Lambdas[2].Written);
        LinqKey.RequireDistinct(lefts.Concat(rights).Select(r => r.Key).OfType<string>().Distinct(StringComparer.Ordinal));
        var rows = new List<object?>();
        var partners = rights.Where(r => r.Key is not null).ToLookup(r => r.Key!, StringComparer.Ordinal);
        var met = new HashSet<string>(lefts.Select(l => l.Key).OfType<string>(), StringComparer.Ordinal);
        foreach (var (key, left) in lefts)
        {
            var found = key is null ? [] : partners[key].ToList();
            rows.AddRange(found.Select(r => LinqLambda.Call(result, left, r.Row)));
            if (found.Count == 0 && (query.Kind is JoinKind.Left or JoinKind.Full))
            {
                rows.Add(LinqLambda.Call(result, left, null));
            }
        }

        if (query.Kind is JoinKind.Right or JoinKind.Full)
        {
            rows.AddRange(rights.Where(r => r.Key is null || !met.Contains(r.Key)).Select(r => LinqLambda.Call(result, null, r.Row)));
        }

        return rows;
    }

    private List<object?> Exists(WrittenQuery query)
    {
        var (lefts, rights) = (Keyed(query, 0), Keyed(query, 1));
        LinqKey.RequireDistinct(lefts.Concat(rights).Select(r => r.Key).OfType<string>().Distinct(StringComparer.Ordinal));
        var partners = rights.Select(r => r.Key).OfType<string>().ToHashSet(StringComparer.Ordinal);
        return [.. lefts.Where(l => (l.Key is not null && partners.Contains(l.Key)) == (query.Kind == JoinKind.Semi)).Select(l => l.Row)];
    }

    // NULL is equal to nothing.
    private List<(string? Key, object? Row)> Keyed(WrittenQuery query, int side)
    {
        var key = LinqLambda.Compile(query.Lambdas[side].Written);
        return [.. Evaluate(query.Inputs[side]).Select(r => (LinqKey.OfJoin(LinqLambda.Call(key, r)), r))];
    }

    private List<object?> Aggregate(WrittenQuery query)
    {
        var rows = Evaluate(query.Inputs[0]);
        var result = LinqLambda.Compile(new LinqGroups(query.Lambdas[^1].Written).Rewrite());
        if (query.Lambdas.Count == 1)
        {
            return [LinqLambda.Call(result, null, rows)];
        }

        var key = LinqLambda.Compile(query.Lambdas[0].Written);
        return [.. Grouped(rows, r => LinqLambda.Call(key, r)).Select(g => LinqLambda.Call(result, g.Key, g.Rows))];
    }

    private static List<(object? Key, IReadOnlyList<object?> Rows)> Grouped(IEnumerable<object?> rows, Func<object?, object?> key)
    {
        var groups = rows.Select(r => (Key: key(r), Row: r)).GroupBy(r => LinqKey.Of(r.Key), StringComparer.Ordinal).ToList();
        LinqKey.RequireDistinct(groups.Select(g => g.Key));
        return [.. groups.Select(g => (g.First().Key, (IReadOnlyList<object?>)[.. g.Select(r => r.Row)]))];
    }

    private static Func<object?, T> Compiled<T>(LambdaExpression lambda, Func<object?, T> cast)
    {
        var compiled = LinqLambda.Compile(lambda);
        return row => cast(LinqLambda.Call(compiled, row));
    }
}

/// <summary>Something that LINQ to Objects does not do, or does otherwise than MySQL.</summary>
internal sealed class NotInLinqException(string what) : Exception(what);
