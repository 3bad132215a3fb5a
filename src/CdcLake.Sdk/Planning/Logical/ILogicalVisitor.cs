namespace CdcLake.Planning.Logical;

/// <summary>Something that is done with every kind of node: a kind without an answer does not compile.</summary>
/// <typeparam name="T">The answer.</typeparam>
internal interface ILogicalVisitor<out T>
{
    T Table(LogicalTable node);

    T Filter(LogicalFilter node);

    T Project(LogicalProject node);

    T Join(LogicalJoin node);

    T Aggregate(LogicalAggregate node);

    T Distinct(LogicalDistinct node);

    T Union(LogicalUnion node);

    T Top(LogicalTop node);

    T Rows(LogicalRows node);

    T Recent(LogicalRecent node);
}
