namespace CdcLake.StarRocks.Ddl;

/// <summary>Names and values in statements, as a frontend reads them.</summary>
internal static class SqlText
{
    public static string Name(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    /// <summary>A string in single quotes.</summary>
    public static string Literal(string value) => $"'{Escape(value).Replace("'", "\\'", StringComparison.Ordinal)}'";

    /// <summary>A string in double quotes, as comments and properties are written.</summary>
    public static string Quoted(string value) => $"\"{Escape(value).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Escape(string value) => value.Replace("\\", "\\\\", StringComparison.Ordinal);
}
