using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// Where the log of a database says that it cannot be followed for some tables: reading ends before the transaction, until these are not captured any more, and goes on for all others.
/// </summary>
/// <param name="Reason">What happened, for people.</param>
/// <param name="Tables">Qualified names of the tables that have to be read anew; some may not have been captured before.</param>
/// <param name="Transaction">The one that did it; null where none did.</param>
internal sealed record Interruption(string Reason, IReadOnlyList<string> Tables, Gtid? Transaction);
