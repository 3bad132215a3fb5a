namespace CdcLake.Planning;

/// <summary>Something that is done with every kind of operator: a kind without an answer does not compile.</summary>
/// <typeparam name="T">The answer.</typeparam>
internal interface IPlanVisitor<out T>
{
    T Table(TableNode node);

    T ForeignKeys(ForeignKeysNode node);

    T CompleteRows(CompleteRowsNode node);

    T Filter(FilterNode node);

    T Project(ProjectNode node);

    T Join(JoinNode node);

    T Aggregate(AggregateNode node);

    T Union(UnionNode node);

    T Top(TopNode node);

    T Rows(RowsNode node);

    T Recent(RecentNode node);

    T Sink(SinkNode node);
}
