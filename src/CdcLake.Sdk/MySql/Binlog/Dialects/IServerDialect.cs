using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Binlog.Dialects;

/// <summary>
/// Where servers that speak one protocol differ: what has to be checked of them, how their log is asked for and where it begins and ends, and which marks enclose a cut. Without state:
/// <see cref="ServerDialects.Of"/> gives that of a session. What stands in the log tells by itself whose it is (<see cref="TransactionStarts"/>).
/// </summary>
internal interface IServerDialect
{
    /// <summary>What has to be checked.</summary>
    ServerRequirements Requirements { get; }

    /// <summary>True when a set names transactions as this kind of server does; the empty set does.</summary>
    bool Knows(GtidSet set);

    /// <summary>Asks for all transactions that are not included. Of the connection nothing but the log can be read afterwards.</summary>
    /// <param name="connection">Logged in.</param>
    /// <param name="identity">Who reads.</param>
    /// <param name="included">Transactions that need not be sent.</param>
    /// <param name="untilEnd">True: the stream ends where the log ends now. False: it goes on for ever, with heartbeats when there is nothing to send.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    Task StartDumpAsync(WireConnection connection, ReplicaIdentity identity, GtidSet included, bool untilEnd, CancellationToken cancellationToken);

    /// <summary>Asks for the log from the beginning of a file to its end now.</summary>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    Task StartDumpAsync(WireConnection connection, ReplicaIdentity identity, string file, CancellationToken cancellationToken);

    /// <summary>The low mark of a cut: transactions that every view shows which is opened from now on. It may name too few, never too many.</summary>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    Task<GtidSet> ReadLowMarkAsync(ServerSession session, CancellationToken cancellationToken);

    /// <summary>The end of the log, which is the high mark of a cut: no view that was opened before shows a transaction behind it.</summary>
    /// <exception cref="BinlogUnavailableException">The server keeps no log.</exception>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    Task<BinlogStatus> ReadEndAsync(ServerSession session, CancellationToken cancellationToken);

    /// <summary>Transactions that the log does not have any more, and all that were executed: one whose COMMIT was answered is among them.</summary>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    Task<(GtidSet Purged, GtidSet Executed)> ReadSetsAsync(ServerSession session, CancellationToken cancellationToken);

    /// <summary>Transactions that were logged before a file was begun.</summary>
    /// <exception cref="MySqlServerException">The file is gone, or the connection failed.</exception>
    Task<GtidSet> ReadBeginningAsync(ServerSession session, string file, CancellationToken cancellationToken);

    /// <summary>Waits until transactions are executed, or for some seconds.</summary>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    Task WaitAsync(ServerSession session, GtidSet missing, int seconds, CancellationToken cancellationToken);

    /// <summary>XA transactions that are prepared now.</summary>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    Task<HashSet<XaId>> ListPreparedAsync(ServerSession session, CancellationToken cancellationToken);

    /// <summary>Whether the account may read the log: asked as far as it can be without reading it.</summary>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    Task<bool> MayReadLogAsync(ServerSession session, CancellationToken cancellationToken);
}
