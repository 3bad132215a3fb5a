using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Binlog.Dialects;

/// <summary>
/// Where servers that speak one protocol differ: how their log is asked for and where it ends, how it says that a transaction begins and what it is called, and which
/// marks enclose a cut. One object serves one source; not thread-safe.
/// </summary>
internal interface IServerDialect
{
    /// <summary>Reads the event that begins a transaction; false for all other events.</summary>
    /// <exception cref="MySqlProtocolException">It is malformed.</exception>
    bool TryReadStart(LogEvent log, out TransactionStart start);

    /// <summary>Asks for all transactions that are not included. Of the connection nothing but the log can be read afterwards.</summary>
    /// <param name="connection">Logged in.</param>
    /// <param name="identity">Who reads.</param>
    /// <param name="included">Transactions that are not sent.</param>
    /// <param name="untilEnd">True: the stream ends where the log ends now. False: it goes on for ever, with heartbeats when there is nothing to send.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    Task StartDumpAsync(WireConnection connection, ReplicaIdentity identity, GtidSet included, bool untilEnd, CancellationToken cancellationToken);

    /// <summary>The low mark of a cut: transactions that every view shows which is opened from now on. It may name too few, never too many.</summary>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    Task<GtidSet> ReadLowMarkAsync(ServerSession session, CancellationToken cancellationToken);

    /// <summary>The end of the log, which is the high mark of a cut: no view that was opened before shows a transaction behind it.</summary>
    /// <exception cref="BinlogUnavailableException">The server keeps no log.</exception>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    Task<BinlogStatus> ReadEndAsync(ServerSession session, CancellationToken cancellationToken);
}
