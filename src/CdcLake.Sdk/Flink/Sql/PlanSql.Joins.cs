using CdcLake.Expressions;
using CdcLake.Planning;

namespace CdcLake.Flink.Sql;

internal sealed partial class PlanSql
{
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
}
