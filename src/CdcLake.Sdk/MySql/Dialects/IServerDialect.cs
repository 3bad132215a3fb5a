using CdcLake.MySql.Binlog.Events;

namespace CdcLake.MySql.Dialects;

/// <summary>
/// Where servers of one protocol differ: how their log says that a transaction begins and what it is called. One object serves one source; not thread-safe.
/// </summary>
internal interface IServerDialect
{
    /// <summary>Reads the event that begins a transaction; false for all other events.</summary>
    /// <exception cref="MySqlProtocolException">It is malformed.</exception>
    bool TryReadStart(LogEvent log, out TransactionStart start);
}
