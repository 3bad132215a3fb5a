using System.Globalization;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Binlog.Dialects;

// A view knows exactly where in the log it stands (Binlog_snapshot_file, Binlog_snapshot_position), and BINLOG_GTID_POS says which transactions lie before a place. So the low mark of a cut is
// the place of a view that is opened for nothing else. @@gtid_binlog_pos grows when a transaction is written to the log, which is before it becomes visible: it is never a low mark.
// Source: MariaDB documentation, "Enhancements for START TRANSACTION WITH CONSISTENT SNAPSHOT" and "BINLOG_GTID_POS".

/// <summary>MariaDB: GTIDs of a domain, a server and a number that grows in the domain.</summary>
internal sealed class MariaDbDialect : IServerDialect
{
    private const uint FirstEventPosition = 4;
    private const int MostAttempts = 5;

    // All events as they are, those that only MariaDB has too; and no place to start from that another stream of the session asked for.
    private const string Capability = "@mariadb_slave_capability=4, @slave_gtid_strict_mode=0, @slave_gtid_ignore_duplicates=0, @slave_until_gtid=NULL";

    public ServerRequirements Requirements { get; } = new(
        "MariaDB", new Version(10, 5), "10.5 and 11.8 are tested", "MariaDB 10.5", SetsGtidMode: false, "BINLOG MONITOR", "SLAVE MONITOR", null);

    public bool Knows(GtidSet set) => set.IsEmpty || set.IsOfDomains;

    // With GTIDs the server ignores file and offset.
    public Task StartDumpAsync(WireConnection connection, ReplicaIdentity identity, GtidSet included, bool untilEnd, CancellationToken cancellationToken) => connection.StartDumpAsync(
        identity, "", FirstEventPosition, untilEnd ? DumpFlags.NonBlock : 0, $"{Capability}, @slave_connect_state='{included.Positions}'", cancellationToken);

    public Task StartDumpAsync(WireConnection connection, ReplicaIdentity identity, string file, CancellationToken cancellationToken) =>
        connection.StartDumpAsync(identity, file, FirstEventPosition, DumpFlags.NonBlock, $"{Capability}, @slave_connect_state=NULL", cancellationToken);

    public async Task<GtidSet> ReadLowMarkAsync(ServerSession session, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY", cancellationToken).ConfigureAwait(false);
        var place = await session.QueryAsync("SHOW STATUS WHERE Variable_name IN ('Binlog_snapshot_file', 'Binlog_snapshot_position')", cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync("COMMIT", cancellationToken).ConfigureAwait(false);
        var values = place.Rows.ToDictionary(r => r[0]!, r => r[1] ?? "", StringComparer.OrdinalIgnoreCase);
        return await ReadAtAsync(session, values["Binlog_snapshot_file"], ulong.Parse(values["Binlog_snapshot_position"], CultureInfo.InvariantCulture), cancellationToken).ConfigureAwait(false);
    }

    public Task<BinlogStatus> ReadEndAsync(ServerSession session, CancellationToken cancellationToken) => BinlogStatus.ReadAsync(session, cancellationToken);

    public async Task<(GtidSet Purged, GtidSet Executed)> ReadSetsAsync(ServerSession session, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var files = await LogFiles.ReadAsync(session, cancellationToken).ConfigureAwait(false);
            var executed = (await session.QueryAsync("SELECT @@GLOBAL.gtid_binlog_pos", cancellationToken).ConfigureAwait(false))[0, 0]!;
            var purged = await FindAtAsync(session, files[0].Name, FirstEventPosition, cancellationToken).ConfigureAwait(false);
            if (purged is not null || attempt == MostAttempts)
            {
                return (purged ?? throw Unknown(session, files[0].Name, FirstEventPosition), GtidSet.Parse(executed));
            }

            // The first file was removed in between: there is another first one.
        }
    }

    public Task<GtidSet> ReadBeginningAsync(ServerSession session, string file, CancellationToken cancellationToken) => ReadAtAsync(session, file, FirstEventPosition, cancellationToken);

    // It waits for what the server gets as a replica; one that is none is waited for by asking it again.
    public Task WaitAsync(ServerSession session, GtidSet missing, int seconds, CancellationToken cancellationToken)
    {
        var last = missing.Entries.ToArray().Select(e => string.Create(CultureInfo.InvariantCulture, $"{e.Source.Low}-{e.Intervals[^1].Server}-{e.Intervals[^1].End - 1}"));
        return session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT MASTER_GTID_WAIT('{string.Join(',', last)}', {seconds})"), cancellationToken);
    }

    public async Task<HashSet<XaId>> ListPreparedAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync("XA RECOVER FORMAT='SQL'", cancellationToken).ConfigureAwait(false);
        return [.. rows.Rows.Select(r => XaId.FromSql(unchecked((uint)long.Parse(r[0]!, CultureInfo.InvariantCulture)), r[3] ?? ""))];
    }

    // There is no statement that needs just this; SHOW GRANTS has those of the current role too.
    public async Task<bool> MayReadLogAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var grants = await session.QueryAsync("SHOW GRANTS", cancellationToken).ConfigureAwait(false);
        return grants.Rows.Any(r => r[0] is { } grant && grant.Contains(" ON *.* TO ", StringComparison.Ordinal)
            && grant.Split(" ON *.* TO ")[0]["GRANT ".Length..].Split(", ").Any(p => p is "ALL PRIVILEGES" or "REPLICATION SLAVE" or "REPLICATION REPLICA" or "SUPER"));
    }

    private static async Task<GtidSet> ReadAtAsync(ServerSession session, string file, ulong offset, CancellationToken cancellationToken) =>
        await FindAtAsync(session, file, offset, cancellationToken).ConfigureAwait(false)
        ?? throw Unknown(session, file, offset);

    private static MySqlServerException Unknown(ServerSession session, string file, ulong offset) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{session.Peer} does not know which transactions lie before {file}:{offset}, a place in its log that it named just now: the file was removed meanwhile, or is damaged.")) { IsTransient = true };

    private static async Task<GtidSet?> FindAtAsync(ServerSession session, string file, ulong offset, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT BINLOG_GTID_POS({MySqlTableName.Literal(file)}, {offset})"), cancellationToken).ConfigureAwait(false);
        return rows[0, 0] is { } text ? GtidSet.Parse(text) : null;
    }
}
