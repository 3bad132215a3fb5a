using System.Linq.Expressions;
using CdcLake.Expressions;

namespace CdcLake.IntegrationTests.Queries;

/// <content>Joins of every kind.</content>
internal sealed partial class RandomRelations
{
    private Relation Join(Relation left, Relation right, (int Left, int Right)? on = null)
    {
        var (l, r) = (Expression.Parameter(left.Row, "l"), Expression.Parameter(right.Row, "r"));
        var (lefts, rights) = (left.Terms(l, "l"), right.Terms(r, "r"));
        var pairs = lefts.SelectMany(a => rights.Where(b => b.Type.Family == a.Type.Family), (a, b) => (Left: a, Right: b)).OrderBy(_ => random.Next()).Take(1 + random.Next(2)).ToList();
        if (on is { } columns && lefts[columns.Left].Type.Family == rights[columns.Right].Type.Family)
        {
            pairs = [(lefts[columns.Left], rights[columns.Right])];
        }

        if (pairs.Count == 0 || left.Rows * right.Rows / 2 > MostRows)
        {
            return Aggregate(left);
        }

        var kind = (JoinKind)random.Next((int)JoinKind.Anti + 1);
        var (leftKey, rightKey) = (Lambda(RowTypes.New([.. pairs.Select(p => p.Left)]), l), Lambda(RowTypes.New([.. pairs.Select(p => p.Right)]), r));
        var condition = string.Join(" AND ", pairs.Select(p => $"{p.Left.Sql} = {p.Right.Sql}"));
        if (kind.IsTest())
        {
            var sql = $"SELECT l.* FROM {left.As("l")} WHERE {(kind == JoinKind.Anti ? "NOT " : "")}EXISTS (SELECT 1 FROM {right.As("r")} WHERE {condition})";
            return left.Like(left.Stream.Test(kind, right.Stream, leftKey, rightKey), sql, left.Rows, left, right);
        }

        if (kind == JoinKind.Full && left.Columns.Concat(right.Columns).Any(c => c.Type.Kind == SqlKind.Enum)) // MySQL's UNION, which stands for it, makes texts of them
        {
            kind = JoinKind.Left;
        }

        var seen = Seen(kind, 0, lefts, l, left).Concat(Seen(kind, 1, rights, r, right)).ToList();
        var results = Results(seen, RowTypes.Most, 1);
        return Relation.Of(
            result => left.Stream.Join(kind, right.Stream, leftKey, rightKey, result), [l, r], results, $"({Pairs(kind, left, right, condition)}) j", left.Rows * right.Rows / 2, left, right);
    }

    /// <summary>The columns of one side as the result sees them, and where it may be missing, whether it is.</summary>
    private static IEnumerable<Term> Seen(JoinKind kind, int side, IReadOnlyList<Term> terms, ParameterExpression row, Relation relation)
    {
        var name = side == 0 ? "l" : "r";
        var columns = terms.Select((t, i) => t with { Sql = $"j.{name}{i}" });
        return kind.MayMiss(side)
            ? columns.Append(new Condition(Expression.Equal(row, Expression.Constant(null, relation.Row)), $"(j.{name}_row IS NULL)").AsTerm())
            : columns;
    }

    /// <summary>The pairs of rows, before anything is computed from them.</summary>
    private static string Pairs(JoinKind kind, Relation left, Relation right, string on)
    {
        string Columns(string alias, Relation side, bool isMissing) => string.Join(
            ", ", side.Columns.Select((c, i) => $"{(isMissing ? "NULL" : $"{alias}.{c.Name.ToLowerInvariant()}")} AS {alias}{i}").Append($"{(isMissing ? "NULL" : $"{alias}.is_row")} AS {alias}_row"));
        var (l, r) = ($"(SELECT s.*, 1 AS is_row FROM {left.As("s")}) l", $"(SELECT s.*, 1 AS is_row FROM {right.As("s")}) r");
        var both = $"SELECT {Columns("l", left, false)}, {Columns("r", right, false)} FROM {l}";
        return kind switch
        {
            JoinKind.Inner => $"{both} JOIN {r} ON {on}",
            JoinKind.Left => $"{both} LEFT JOIN {r} ON {on}",
            JoinKind.Right => $"{both} RIGHT JOIN {r} ON {on}",
            _ => $"{both} LEFT JOIN {r} ON {on} UNION ALL SELECT {Columns("l", left, true)}, {Columns("r", right, false)} FROM {r} WHERE NOT EXISTS (SELECT 1 FROM {l} WHERE {on})",
        };
    }
}
