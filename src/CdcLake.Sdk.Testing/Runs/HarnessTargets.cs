using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Transactions;
using CdcLake.Planning.Logical;
using CdcLake.StarRocks;
using CdcLake.StarRocks.Commits;
using CdcLake.Testing.Crashes;

namespace CdcLake.Testing.Runs;

/// <summary>The targets of a pipeline as one process of it reaches them: the same tables, in memory. Targets of one catalog or cluster stay together.</summary>
/// <param name="servers">Where they are.</param>
/// <param name="life">The process.</param>
internal sealed class HarnessTargets(HarnessServers servers, Life life)
{
    /// <summary>How long a killed process may still knock at StarRocks; what passes later is tried again by the pipeline.</summary>
    private static readonly TimeSpan LoadPatience = TimeSpan.FromMilliseconds(300);

    private readonly Dictionary<CatalogCommitGroup, IcebergCatalog> _lakes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<ClusterCommitGroup, ClusterCommitGroup> _clusters = new(ReferenceEqualityComparer.Instance);

    /// <summary>The target in memory; one of the application's own as it is.</summary>
    public ISinkTarget Replace(ISinkTarget target) => target switch
    {
        IcebergSinkTarget iceberg => Lake(iceberg.Catalog).Table(iceberg.Table.ToString()).Target(iceberg.Settings),
        StarRocksSinkTarget table => table.In(Cluster(table.Cluster)),
        _ => target, // views, and sinks that are classes of the application
    };

    /// <summary>The plan; of a whole database with replicas in memory.</summary>
    public LogicalPlan Replace(LogicalPlan plan)
    {
        if (plan.Database is not { } database)
        {
            return plan;
        }

        var replaced = new LogicalDatabase(database.Source, database.Selection);
        foreach (var replica in database.Replicas)
        {
            replaced.Add(replica with
            {
                TargetOf = table => Replace(replica.TargetOf(table)),
                FindAsync = replica.Root is IcebergNamespace root
                    ? (pipeline, cancellationToken) => new IcebergNamespace(Lake(root.Catalog.Commits), root.Name).FindReplicasAsync(pipeline, cancellationToken)
                    : replica.FindAsync,
            });
        }

        return LogicalPlan.Create(replaced);
    }

    private IcebergCatalog Lake(CatalogCommitGroup original)
    {
        if (!_lakes.TryGetValue(original, out var lake))
        {
            _lakes[original] = lake = servers.Lake.Open(original, life);
        }

        return lake;
    }

    private ClusterCommitGroup Cluster(ClusterCommitGroup original)
    {
        if (!_clusters.TryGetValue(original, out var cluster))
        {
            _clusters[original] = cluster = new StarRocksCluster(
                servers.StarRocks!.ConnectionString, o => (o.LoadUrl, o.RetryFor) = (servers.StarRocks.LoadUrl, LoadPatience)).Commits;
        }

        return cluster;
    }
}
