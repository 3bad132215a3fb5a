using System.Globalization;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Tables;

/// <summary>The time by a server's clock.</summary>
internal static class ServerClock
{
    public static async Task<DateTimeOffset> ReadAsync(ServerSession session, CancellationToken cancellationToken)
    {
        var text = (await session.QueryAsync("SELECT UTC_TIMESTAMP(6)", cancellationToken).ConfigureAwait(false))[0, 0]!;
        return DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
    }
}
