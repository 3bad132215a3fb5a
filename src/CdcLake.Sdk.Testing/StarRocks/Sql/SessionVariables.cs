using System.Text.RegularExpressions;
using CdcLake.Testing.StarRocks.Model;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.StarRocks.Sql;

/// <summary>Variables of a session that clients ask for when they log in, with the values of a new cluster. Setting one is taken and has no effect.</summary>
internal static class SessionVariables
{
    private static readonly Dictionary<string, string?> Values = new(StringComparer.OrdinalIgnoreCase)
    {
        ["auto_increment_increment"] = "1", ["autocommit"] = "1", ["character_set_client"] = "utf8", ["character_set_connection"] = "utf8", ["character_set_results"] = "utf8",
        ["character_set_server"] = "utf8", ["collation_connection"] = "utf8_general_ci", ["collation_server"] = "utf8_general_ci", ["init_connect"] = "", ["interactive_timeout"] = "3600",
        ["language"] = "/starrocks/share/english/", ["license"] = "Apache License 2.0", ["lower_case_table_names"] = "0", ["max_allowed_packet"] = "33554432", ["net_buffer_length"] = "16384", ["net_write_timeout"] = "60", ["performance_schema"] = "0",
        ["query_cache_size"] = "1048576", ["query_cache_type"] = "0", ["query_timeout"] = "300", ["sql_mode"] = "ONLY_FULL_GROUP_BY", ["sql_select_limit"] = "9223372036854775807",
        ["system_time_zone"] = "Etc/UTC", ["time_zone"] = "Etc/UTC", ["transaction_isolation"] = "REPEATABLE-READ", ["tx_isolation"] = "REPEATABLE-READ", ["wait_timeout"] = "28800",
    };

    /// <summary>True for one that a session has.</summary>
    public static bool Has(string name) => Values.ContainsKey(name);

    /// <summary><c>SELECT @@a, @@session.b AS c [LIMIT n]</c>, from the first variable on.</summary>
    public static SqlResult Select(Cluster cluster, SqlTokens tokens)
    {
        var names = new List<string>();
        var values = new List<string?>();
        do
        {
            var name = tokens.Name();
            var shown = name;
            if (name.ToUpperInvariant() is "@@SESSION" or "@@GLOBAL")
            {
                tokens.Expect(".");
                name = "@@" + tokens.Name();
                shown = $"{shown}.{name[2..]}";
            }

            values.Add(ValueOf(cluster, name));
            names.Add(tokens.Skip("AS") ? tokens.Name() : shown);
        }
        while (tokens.Skip(","));
        if (tokens.Skip("LIMIT"))
        {
            tokens.Literal();
        }

        return new SqlResult(names, [values]);
    }

    /// <summary><c>SHOW VARIABLES [LIKE 'pattern']</c>.</summary>
    public static SqlResult Show(SqlTokens tokens)
    {
        var pattern = tokens.Skip("LIKE") ? Regex.Escape(tokens.Literal()).Replace("%", ".*", StringComparison.Ordinal) : ".*";
        return new SqlResult(
            ["Variable_name", "Value"],
            [.. Values.Where(v => Regex.IsMatch(v.Key, $"^{pattern}$", RegexOptions.IgnoreCase)).OrderBy(v => v.Key, StringComparer.Ordinal).Select(v => new[] { v.Key, v.Value })]);
    }

    private static string? ValueOf(Cluster cluster, string variable) => variable.ToUpperInvariant() switch
    {
        "@@VERSION_COMMENT" => $"StarRocks version {cluster.Release.Text}",
        "@@VERSION" => cluster.Release.ServerVersion,
        _ => Values.TryGetValue(variable.TrimStart('@'), out var value) ? value : throw new SqlErrorException(new SqlError(1193, "HY000", $"Unknown system variable '{variable[2..]}'")),
    };
}
