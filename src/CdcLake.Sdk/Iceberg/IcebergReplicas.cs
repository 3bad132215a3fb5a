using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg.Spec;
using CdcLake.MySql.Gtids;

namespace CdcLake;

/// <summary>Iceberg tables as the first rows of a pipeline: the newest GTID set of which each of them has a snapshot.</summary>
/// <param name="name">For messages.</param>
/// <param name="replicaOf">The replica of a table, from its qualified name.</param>
/// <param name="upTo">Snapshots must be included in it; null for any.</param>
internal sealed class IcebergReplicas(string name, Func<string, IcebergTable> replicaOf, MySqlPosition? upTo) : IInitialRows
{
    public string Name => name;

    public async Task<IInitialTables> OpenAsync(IReadOnlyList<TableCapture> tables, CancellationToken cancellationToken)
    {
        var sources = tables.Select(t => t.Table).ToDictionary(t => t.Name, StringComparer.Ordinal);
        var replicas = new List<IcebergReplica>();
        foreach (var table in tables)
        {
            replicas.Add(await IcebergReplica.OpenAsync(table, sources, replicaOf(table.Table.Name), cancellationToken).ConfigureAwait(false));
        }

        var position = PositionOf(replicas);
        List<(IcebergReplica Replica, Snapshot Snapshot)> chosen = [.. replicas.Select(r => (r, r.Versions.First(v => v.Position.Equals(position)).Snapshot))];
        foreach (var (replica, snapshot) in chosen)
        {
            replica.Require(snapshot);
        }

        foreach (var (replica, snapshot) in chosen)
        {
            await replica.HoldAsync(snapshot, cancellationToken).ConfigureAwait(false);
        }

        return new Opened(chosen, position);
    }

    private MySqlPosition PositionOf(List<IcebergReplica> replicas)
    {
        var others = replicas.Skip(1).Select(r => r.Versions.Select(v => v.Position).ToHashSet()).ToList();
        return replicas[0].Versions.Select(v => v.Position).FirstOrDefault(p => upTo?.Covers(p) != false && others.TrueForAll(o => o.Contains(p))) ?? throw new CatalogException(
            $"A pipeline cannot begin with {name}: {(upTo is null ? "there is no GTID set" : $"there is no GTID set included in {upTo}")} of which {(replicas.Count == 1 ? "it has a snapshot" : "each of them has a snapshot")}. "
            + $"They have: {string.Join("; ", replicas.Select(Describe))}. Tables that one pipeline writes are committed at the same GTID sets: replicate them by one (mysql.Database), and keep snapshots for longer "
            + $"({Iceberg.Tables.TableProperties.MinSnapshotsToKeep}, {Iceberg.Tables.TableProperties.MaxSnapshotAge}); or begin with {nameof(MySqlStart)}.{nameof(MySqlStart.Snapshot)}.");
    }

    private static string Describe(IcebergReplica replica) => string.Create(
        CultureInfo.InvariantCulture, $"{replica.Name} {replica.Versions.Count} from {replica.Versions[^1].Position} to {replica.Versions[0].Position}");

    private sealed class Opened(IReadOnlyList<(IcebergReplica Replica, Snapshot Snapshot)> tables, MySqlPosition position) : IInitialTables
    {
        public IReadOnlyDictionary<string, string> Position => position.Properties;

        public DateTimeOffset Time => DateTimeOffset.FromUnixTimeMilliseconds(tables.Max(t => t.Snapshot.TimestampMs));

        public long? EstimatedRows(int table) =>
            long.TryParse(tables[table].Snapshot["total-records"], NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows : null;

        public async Task<string?> ReleaseAsync()
        {
            var left = new List<string>();
            foreach (var (replica, _) in tables)
            {
                if (await replica.ReleaseAsync().ConfigureAwait(false) is { } error)
                {
                    left.Add($"the tag that kept the snapshot of {replica.Name} stays for a day, since it could not be removed: {error.Message}");
                }
            }

            return left.Count == 0 ? null : string.Join("; ", left);
        }

        public IAsyncEnumerable<ChangeBatch> ReadAsync(int table, CancellationToken cancellationToken) => tables[table].Replica.ReadAsync(tables[table].Snapshot, cancellationToken);
    }
}
