using System.Linq.Expressions;
using CdcLake.Expressions;
using CdcLake.Expressions.Translation;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>Random queries in both languages, made of every operator of streams.</summary>
/// <param name="tables">What they read.</param>
/// <param name="random">Decides.</param>
internal sealed partial class RandomRelations(IReadOnlyList<Relation> tables, Random random)
{
    private const double MostRows = 1500;

    private readonly RandomTerms _terms = new(random);

    /// <summary>A query of so many operators one above the other, or fewer.</summary>
    public Relation Next(int depth)
    {
        var input = depth == 0 ? Select(tables[random.Next(tables.Count)]) : Next(depth - 1);
        if (depth == 0)
        {
            return input;
        }

        return random.Next(100) switch
        {
            < 15 => Where(input),
            < 30 => Select(input),
            < 55 => Join(input, Next(random.Next(depth))),
            < 63 => Union(input, Next(random.Next(depth))),
            < 70 => Distinct(input),
            < 88 => Aggregate(input),
            < 92 => Windows(input),
            _ => Top(input),
        };
    }

    /// <summary>Groups over rows joined with so many tables by their primary keys.</summary>
    public Relation Star(int joins)
    {
        var fact = tables[random.Next(tables.Count)];
        var row = Expression.Parameter(fact.Row, "r");
        var columns = fact.Terms(row, "t");
        var id = Expression.Property(row, "Id");
        var few = Term.Of(Expression.Add(Expression.Modulo(id, Expression.Constant((int?)7, typeof(int?))), Expression.Constant((int?)1, typeof(int?))), "(t.id % 7 + 1)", columns[0].Type);
        var joined = Relation.Of(fact.Stream.Select, [row], [few, .. Results(columns, RowTypes.Most - 1, 1)], fact.As("t"), fact.Rows, fact);
        for (var i = 0; i < joins; i++)
        {
            var table = tables[random.Next(tables.Count)];
            joined = Join(joined, random.Next(3) == 0 ? Where(table) : table, (0, 0));
        }

        return random.Next(3) == 0 ? Where(Aggregate(Where(joined))) : Aggregate(joined);
    }

    private Relation Where(Relation input)
    {
        var row = Expression.Parameter(input.Row, "r");
        var condition = _terms.Condition(input.Terms(row, "t"), 2);
        return input.Like(input.Stream.Where(Lambda(condition.Lambda, row)), $"SELECT t.* FROM {input.As("t")} WHERE {condition.Sql}", input.Rows, input);
    }

    private Relation Select(Relation input)
    {
        var row = Expression.Parameter(input.Row, "r");
        return Relation.Of(input.Stream.Select, [row], Results(input.Terms(row, "t"), RowTypes.Most, 2), input.As("t"), input.Rows, input);
    }

    private static Relation Distinct(Relation input)
    {
        var distinct = input.Like(input.Stream.Distinct(), $"SELECT DISTINCT t.* FROM {input.As("t")}", input.Rows, input);
        return distinct with { Columns = [.. input.Columns.Select(c => (c.Name, c.Type.Grouped()))] };
    }

    /// <summary>Columns of the two that go together, one below the other.</summary>
    private Relation Union(Relation left, Relation right)
    {
        var (a, b) = (Expression.Parameter(left.Row, "r"), Expression.Parameter(right.Row, "r"));
        var others = right.Terms(b, "t").ToList();
        var pairs = new List<(Term Left, Term Right)>();
        foreach (var term in left.Terms(a, "t").Where(t => t.Type.Kind != SqlKind.Enum)) // MySQL's UNION makes texts of them
        {
            if (others.Find(o => o.Type.Family == term.Type.Family) is { } other && pairs.Count < RowTypes.Most)
            {
                others.Remove(other);
                pairs.Add((term, other));
            }
        }

        if (!pairs.Exists(p => p.Left.Type.Kind != SqlKind.Double))
        {
            return Distinct(left);
        }

        var above = Relation.Of(left.Stream.Select, [a], [.. pairs.Select(p => p.Left)], left.As("t"), left.Rows, left);
        var below = Relation.Of(right.Stream.Select, [b], [.. pairs.Select(p => p.Right)], right.As("t"), right.Rows, right);
        var all = above.Like(above.Stream.UnionAll(below.Stream), $"{above.Sql} UNION ALL {below.Sql}", left.Rows + right.Rows, above, below);
        all = all with { Columns = [.. all.Columns.Select((c, i) => (c.Name, c.Type.Or(pairs[i].Right.Type)))] };
        return random.Next(2) == 0 ? all : Distinct(all);
    }

    /// <summary>The first rows in an order of all columns, so that no two different rows tie.</summary>
    private Relation Top(Relation input)
    {
        var row = Expression.Parameter(input.Row, "r");
        var terms = input.Terms(row, "t");
        var order = terms.OrderBy(_ => random.Next()).ToList();
        var keys = terms.OrderBy(_ => random.Next()).Take(Math.Min(random.Next(3), RowTypes.Most)).ToList();
        var (descending, count) = (random.Next(2) == 0, random.Next(3) == 0 ? 1 : random.Next(1, 6));
        var partition = keys.Count == 0 ? "" : $"PARTITION BY {string.Join(", ", keys.Select(k => k.Sql))} ";
        var number = $"ROW_NUMBER() OVER ({partition}ORDER BY {string.Join(", ", order.Select(o => o.Sql + (descending ? " DESC" : "")))})";
        var names = string.Join(", ", input.Columns.Select(c => $"n.{c.Name.ToLowerInvariant()}"));
        var sql = $"SELECT {names} FROM (SELECT t.*, {number} AS place FROM {input.As("t")}) n WHERE n.place <= {count}";
        var stream = input.Stream.Top(keys.Count == 0 ? null : Lambda(RowTypes.New(keys), row), Lambda(RowTypes.New(order), row), descending, count);
        return input.Like(stream, sql, input.Rows, input) with { Columns = [.. input.Columns.Select(c => (c.Name, c.Type.Grouped()))] };
    }

    /// <summary>Each row once for each of three windows that overlap.</summary>
    private Relation Windows(Relation input)
    {
        const int Hours = 7;
        var row = Expression.Parameter(input.Row, "r");
        var terms = input.Terms(row, "t");
        if (terms.FirstOrDefault(t => t.Type.Kind == SqlKind.DateTime) is not { } time || input.Rows * 3 > MostRows)
        {
            return Distinct(input);
        }

        var start = Expression.Parameter(typeof(DateTime?), "start");
        var slide = TimeSpan.FromHours(Hours);
        var windows = $"(SELECT t.*, {RandomTerms.WindowStart(time.Sql, Hours)} - INTERVAL k.n * {Hours} HOUR AS w FROM {input.As("t")} JOIN (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2) k WHERE {time.Sql} IS NOT NULL) t";
        List<Term> results = [new Term(start, "t.w", SqlType.Moment), .. Results(terms, RowTypes.Most - 1, 1)];
        return Relation.Of(
            result => input.Stream.Windows(Lambda(time.Lambda, row), slide * 3, slide, result), [row, start], results, windows, input.Rows * 3, input);
    }

    /// <summary>Columns of a result, at least one of which can be a key.</summary>
    private List<Term> Results(IReadOnlyList<Term> columns, int most, int depth)
    {
        var results = Enumerable.Range(0, 1 + random.Next(most)).Select(_ => _terms.Any(columns, depth)).ToList();
        if (results.TrueForAll(r => r.Type.Kind == SqlKind.Double))
        {
            results[0] = columns.First(c => c.Type.Kind != SqlKind.Double);
        }

        return results;
    }

    private static UserLambda Lambda(Expression body, params ParameterExpression[] rows) => new(Expression.Lambda(body, rows));
}
