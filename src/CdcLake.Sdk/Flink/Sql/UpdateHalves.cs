using CdcLake.Planning;

namespace CdcLake.Flink.Sql;

// In Flink an update is two changes, the row before (-U) and the row after (+U). Iceberg's sink in upsert mode and StarRocks' connector pass over the first, since the second replaces its row. Where an
// operator lets the first half through and not the second (a condition that holds no longer, a partner that is gone), the row would stay for ever.

/// <summary>Tells plans whose updates may lose their second half on the way to a sink.</summary>
internal static class UpdateHalves
{
    /// <summary>True where the sink has to be told of such a row as of a deleted one, which Flink's materializer before the sink does; it keeps the rows of the result for that.</summary>
    public static bool MayPart(PlanNode node) => node switch
    {
        TableNode or ForeignKeysNode or AggregateNode => false, // they delete what goes
        ProjectNode project => MayPart(project.Input),
        UnionNode union => MayPart(union.Left) || MayPart(union.Right),
        _ => true,
    };
}
