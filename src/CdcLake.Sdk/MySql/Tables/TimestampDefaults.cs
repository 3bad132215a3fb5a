using System.Text.RegularExpressions;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Tables;

// information_schema prints the default of a TIMESTAMP column in the time zone of whoever declared it; SHOW CREATE TABLE prints it in that of the session, which is UTC here (seen with MySQL 9.7
// and MariaDB 11.8). A column stands in a line of its own there, and a line break in a comment is written as \n:
//
//   `made` timestamp(3) NOT NULL DEFAULT '2020-01-01 00:00:00.125',

/// <summary>Moments that TIMESTAMP columns have as their default.</summary>
internal static partial class TimestampDefaults
{
    /// <summary>Reads those of a table.</summary>
    /// <returns>By column, as it is spelled there, the moment in UTC without quotes; columns whose default is none, or computed, are left out.</returns>
    /// <exception cref="MySqlServerException">The table is gone, or the connection failed.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(ServerSession session, MySqlTableName table, CancellationToken cancellationToken)
    {
        var shown = await session.QueryAsync($"SHOW CREATE TABLE {table.Quoted}", cancellationToken).ConfigureAwait(false);
        return Parse(shown[0, 1] ?? "");
    }

    /// <summary>Finds them in what SHOW CREATE TABLE gives.</summary>
    public static IReadOnlyDictionary<string, string> Parse(string statement) => Column().Matches(statement).ToDictionary(
        m => m.Groups["name"].Value.Replace("``", "`", StringComparison.Ordinal), m => m.Groups["moment"].Value, StringComparer.OrdinalIgnoreCase);

    [GeneratedRegex(@"^ +`(?<name>(?:[^`]|``)+)` timestamp(?:\([0-6]\))?(?: /\*[^*]*\*/)*(?: NOT NULL| NULL)?(?: INVISIBLE)? DEFAULT '(?<moment>[0-9:. -]+)'", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Column();
}
