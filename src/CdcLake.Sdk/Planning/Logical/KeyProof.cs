using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>What can be said of a sink's key before there are tables.</summary>
internal static class KeyProof
{
    /// <exception cref="SchemaMismatchException">The key has the same value in every row of a result that may have many.</exception>
    public static void Require(LogicalSink sink)
    {
        if (sink.Key is { } key && key.All(k => IsConstant(sink.Input, k)) && MayHaveManyRows(sink.Input))
        {
            throw new SchemaMismatchException(
                $"The key of {sink.Name} ({string.Join(", ", key.Select(k => k.Name))}) is the same in every row, so it identifies none. Choose columns that differ from row to row, "
                + "or compute one row: Aggregate(g => …), TopN(1, …).");
        }
    }

    private static bool IsConstant(LogicalNode node, ColumnExpr column) => node switch
    {
        LogicalProject project => project.Columns.First(c => c.Name == column.Name).Value switch
        {
            ConstantExpr => true,
            ColumnExpr { Input: 0 } below when project.Input is not LogicalJoin => IsConstant(project.Input, below),
            _ => false,
        },
        LogicalFilter filter => IsConstant(filter.Input, column),
        LogicalTop top => IsConstant(top.Input, column),
        LogicalRecent recent => IsConstant(recent.Input, column),
        _ => false,
    };

    /// <summary>False where nothing can be said: two sides of a join may have one row each.</summary>
    private static bool MayHaveManyRows(LogicalNode node) => node switch
    {
        LogicalTable or LogicalUnion => true,
        LogicalProject project => MayHaveManyRows(project.Input),
        LogicalFilter filter => MayHaveManyRows(filter.Input),
        LogicalRecent recent => MayHaveManyRows(recent.Input),
        LogicalRows rows => MayHaveManyRows(rows.Input),
        LogicalAggregate aggregate => aggregate.Keys.Count > 0 && !aggregate.Keys.All(k => k.Value is ConstantExpr),
        LogicalTop top => (top.Count > 1 || top.Keys.Count > 0) && MayHaveManyRows(top.Input),
        _ => false,
    };
}
