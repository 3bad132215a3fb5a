using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Tables;

/// <summary>Who a session is to the server.</summary>
internal static class ServerAccount
{
    /// <summary>The session's account as GRANT spells it: <c>'cdc'@'%'</c>.</summary>
    public static async Task<string> ReadAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var account = (await session.QueryAsync("SELECT CURRENT_USER()", cancellationToken).ConfigureAwait(false))[0, 0]!;
        var at = account.LastIndexOf('@');
        return $"{MySqlTableName.Literal(account[..at])}@{MySqlTableName.Literal(account[(at + 1)..])}";
    }
}
