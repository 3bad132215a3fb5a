using CdcLake.Testing.StarRocks.Model;

namespace CdcLake.Testing.StarRocks.Http;

/// <summary>What frontends and backends both look at before a transaction begins.</summary>
internal static class TransactionRules
{
    /// <summary>The label is used, the table missing, or too much runs already; null when it may begin.</summary>
    public static Reply? Objection(Cluster cluster, Call call)
    {
        if (cluster.Find(call.Database, call.Label) is { State: not TransactionState.Aborted } used)
        {
            return Reply.Of("LABEL_ALREADY_EXISTS", $"Label [{call.Label}] has already been used.", ("Label", call.Label), ("ExistingJobStatus", used.JobStatus));
        }

        if (!call.Headers.ContainsKey("transaction_type") && cluster.FindTable(call.Database, call.Table) is null)
        {
            return Reply.Of("INTERNAL_ERROR", $"unknown table, table={call.Table}");
        }

        return Busy(cluster, call.Database) is { } busy ? Reply.Of("INTERNAL_ERROR", busy) : null;
    }

    public static string? Busy(Cluster cluster, string database) => cluster.RunningIn(database) is var running && running >= cluster.Options.MaxRunningTransactions
        ? $"current running txns on db 10000 is {running}, larger than limit {cluster.Options.MaxRunningTransactions}"
        : null;
}
