using CdcLake.Connectors;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// Types of MariaDB that its log describes as another one: UUID, INET4 and INET6 look like BINARY there. What such a column is says the server, whom the plan was made with.
/// </summary>
internal static class PlannedTypes
{
    /// <summary>The columns as they are.</summary>
    /// <param name="planned">The table as the server describes it.</param>
    /// <param name="logged">All columns as the log describes them.</param>
    public static IReadOnlyList<MySqlColumn> Apply(SourceTable planned, IReadOnlyList<MySqlColumn> logged) => [.. logged.Select(c => AreUncertain(c) ? Of(planned, c) : c)];

    /// <summary>True for a column that may be of such a type.</summary>
    public static bool AreUncertain(MySqlColumn column) => column is { Type: MySqlTypeCode.String, IsBinary: true, Length: 4 or 16 };

    private static MySqlColumn Of(SourceTable planned, MySqlColumn column)
    {
        var at = planned.Schema.Fields.ToList().FindIndex(f => f.Name.Equals(column.Name, StringComparison.OrdinalIgnoreCase));
        return (at < 0 ? "" : planned.NativeTypes[at], column.Length) switch
        {
            ("uuid", 16) => column with { Type = MySqlTypeCode.Uuid, Charset = "" },
            ("inet6", 16) => column with { Type = MySqlTypeCode.Inet6, Charset = "" },
            ("inet4", 4) => column with { Type = MySqlTypeCode.Inet4, Charset = "" },
            _ => column,
        };
    }
}
