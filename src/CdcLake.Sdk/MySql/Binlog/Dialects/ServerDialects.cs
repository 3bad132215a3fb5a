using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Binlog.Dialects;

/// <summary>The kinds of servers.</summary>
internal static class ServerDialects
{
    private static readonly MySqlDialect MySql = new();
    private static readonly MariaDbDialect MariaDb = new();

    /// <summary>That of a server.</summary>
    public static IServerDialect Of(ServerSession session) => session.IsMariaDb ? MariaDb : MySql;
}
