using System.Globalization;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Binlog.Dialects;

/// <summary>MySQL, and servers that write its log: GTIDs of a UUID, an optional tag and a number.</summary>
internal sealed class MySqlDialect : IServerDialect
{
    private const uint FirstEventPosition = 4;

    public ServerRequirements Requirements { get; } = new(
        "MySQL", new Version(8, 0, 26), "8.4 and 9.x are tested", "MySQL 8.0.1", SetsGtidMode: true, "REPLICATION CLIENT", "REPLICATION CLIENT", "XA_RECOVER_ADMIN");

    public bool Knows(GtidSet set) => !set.IsOfDomains;

    public Task StartDumpAsync(WireConnection connection, ReplicaIdentity identity, GtidSet included, bool untilEnd, CancellationToken cancellationToken) =>
        connection.StartDumpAsync(identity, included.Encode(), DumpFlags.HeartbeatV2 | (untilEnd ? DumpFlags.NonBlock : 0), cancellationToken);

    public Task StartDumpAsync(WireConnection connection, ReplicaIdentity identity, string file, CancellationToken cancellationToken) =>
        connection.StartDumpAsync(identity, file, FirstEventPosition, DumpFlags.NonBlock | DumpFlags.HeartbeatV2, settings: "", cancellationToken);

    // A transaction becomes visible before it enters the set.
    public async Task<GtidSet> ReadLowMarkAsync(ServerSession session, CancellationToken cancellationToken) =>
        GtidSet.Parse((await session.QueryAsync("SELECT @@GLOBAL.gtid_executed", cancellationToken).ConfigureAwait(false))[0, 0]!);

    // It is written to the log before it becomes visible.
    public Task<BinlogStatus> ReadEndAsync(ServerSession session, CancellationToken cancellationToken) => BinlogStatus.ReadAsync(session, cancellationToken);

    public async Task<(GtidSet Purged, GtidSet Executed)> ReadSetsAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var sets = await session.QueryAsync("SELECT @@GLOBAL.gtid_purged, @@GLOBAL.gtid_executed", cancellationToken).ConfigureAwait(false);
        return (GtidSet.Parse(sets[0, 0]!), GtidSet.Parse(sets[0, 1]!));
    }

    // Its PREVIOUS_GTIDS. Needs REPLICATION SLAVE.
    public async Task<GtidSet> ReadBeginningAsync(ServerSession session, string file, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync($"SHOW BINLOG EVENTS IN {MySqlTableName.Literal(file)} LIMIT 2", cancellationToken).ConfigureAwait(false);
        var at = Enumerable.Range(0, rows.Count).FirstOrDefault(i => rows[i, "Event_type"] == "Previous_gtids", -1);
        return at < 0 ? GtidSet.Empty : GtidSet.Parse(rows[at, "Info"] ?? "");
    }

    public Task WaitAsync(ServerSession session, GtidSet missing, int seconds, CancellationToken cancellationToken) =>
        session.ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"SELECT WAIT_FOR_EXECUTED_GTID_SET('{missing}', {seconds})"), cancellationToken);

    public async Task<HashSet<XaId>> ListPreparedAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var rows = await session.QueryAsync("XA RECOVER CONVERT XID", cancellationToken).ConfigureAwait(false);
        return [.. rows.Rows.Select(r => XaId.FromRecover(unchecked((uint)Number(r[0])), (int)Number(r[1]), (int)Number(r[2]), r[3] ?? ""))];

        static long Number(string? text) => long.Parse(text ?? "0", CultureInfo.InvariantCulture);
    }

    // Statements were renamed in MySQL 8.0.22, and the old names removed in 8.4.
    public async Task<bool> MayReadLogAsync(ServerSession session, CancellationToken cancellationToken)
    {
        try
        {
            await session.QueryAsync("SHOW REPLICAS", "SHOW SLAVE HOSTS", cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (MySqlServerException error) when (error.Code == ServerErrors.SpecificAccessDenied)
        {
            return false;
        }
    }
}
