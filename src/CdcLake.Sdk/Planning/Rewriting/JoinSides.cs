using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Rewriting;

/// <summary>Of which side of a join rows may be put together before it: every row must be in the result at most once, and with it all rows that have the same key.</summary>
internal static class JoinSides
{
    /// <summary>0 for the left, 1 for the right, null for none: the key of the other side is not unique, or that of both is, so that nothing could be put together.</summary>
    public static int? FactsOf(LogicalJoin join, PlanFacts facts)
    {
        var streams = new[] { facts.Of(join.Left), facts.Of(join.Right) };
        var (left, right) = Planner.JoinKeys(join, streams[0], streams[1]);
        var keys = new[] { left, right };
        for (var side = 0; side < 2; side++)
        {
            var isOnce = join.Kind.IsTest() ? side == 0 : !join.Kind.MayMiss(side) && IsUnique(streams[1 - side], keys[1 - side]);
            if (isOnce)
            {
                return keys[side].TrueForAll(GroupsAsItMatches) && !join.LeftKey.Concat(join.RightKey).Any(k => k is ConstantExpr) && !IsUnique(streams[side], keys[side]) ? side : null;
            }
        }

        return null;
    }

    /// <summary>True when the key begins as the primary key of its table does, without being all of it: the lines of an order, which are few for each.</summary>
    public static bool IsLeadingPart(LogicalJoin join, int side, PlanFacts facts)
    {
        var (left, right) = Planner.JoinKeys(join, facts.Of(join.Left), facts.Of(join.Right));
        var stream = facts.Of(join.Inputs[side]);
        var origins = (side == 0 ? left : right).Select(k => Value(k) is { } column && stream.Origins.TryGetValue(column.Ordinal, out var origin) ? origin : default).ToList();
        return origins.TrueForAll(o => o.KeyParts > origins.Count && o.KeyPart >= 0 && o.KeyPart < origins.Count);
    }

    /// <summary>True when no two rows of a side have the same key.</summary>
    private static bool IsUnique(BoundStream side, List<BoundExpr> key) =>
        side.NaturalKey is { Count: > 0 } natural && natural.All(n => key.Exists(k => Value(k)?.Ordinal == side.Ordinals[n] && ComparesAsItIs(k)));

    /// <summary>True when rows are in one group by the value exactly when they have the same partners.</summary>
    private static bool GroupsAsItMatches(BoundExpr key) => ComparesAsItIs(key) && key switch
    {
        BoundTextKey => true,
        _ when key.Type.Kind == TypeKind.String => key.Labels.IsEmpty && key.Collation is not { IsBytes: false },
        BoundCall { Op: ScalarOp.Cast } => Value(key) is not null,
        _ => !CommonTypes.IsFloat(key.Type),
    };

    /// <summary>True for texts that the join compares as their column does, and for all else.</summary>
    private static bool ComparesAsItIs(BoundExpr key) => key is not BoundTextKey text || (text.Value.Labels.IsEmpty && text.Value.Collation?.Name == text.Collation.Name);

    /// <summary>The column that a key is, or is a wider integer of; null for what is computed.</summary>
    private static BoundColumn? Value(BoundExpr key) => key switch
    {
        BoundColumn column => column,
        BoundTextKey { Value: BoundColumn text } => text,
        BoundCall { Op: ScalarOp.Cast, CanFail: false, Type.IsInteger: true } call when call.Arguments[0] is BoundColumn { Type.IsInteger: true } integer => integer,
        _ => null,
    };
}
