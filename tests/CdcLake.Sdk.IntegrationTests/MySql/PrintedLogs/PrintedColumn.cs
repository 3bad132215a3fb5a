using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql.PrintedLogs;

/// <summary>What a printed value's column is, as far as it does not say so itself.</summary>
/// <param name="Type">As defined: <c>int unsigned</c>.</param>
/// <param name="Charset">Null for what is no text.</param>
internal sealed record PrintedColumn(string Type, string? Charset)
{
    private const char Separator = '\x1f';

    /// <summary>Of an ENUM or SET.</summary>
    public string[] Labels { get; private init; } = [];

    public bool IsUnsigned => Type.Contains("unsigned", StringComparison.Ordinal);

    /// <summary>Columns of a table, in their order.</summary>
    public static async Task<IReadOnlyList<PrintedColumn>> OfAsync(ServerSession session, string table)
    {
        var columns = await session.QueryAsync(
            $"SELECT column_type, character_set_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '{table}' ORDER BY ordinal_position", default);
        return [.. columns.Rows.Select(r => new PrintedColumn(r[0]!, r[1]) { Labels = LabelsOf(r[0]!) })];
    }

    private static string[] LabelsOf(string type) => type.StartsWith("enum", StringComparison.Ordinal) || type.StartsWith("set", StringComparison.Ordinal)
        ? [.. type[(type.IndexOf('(', StringComparison.Ordinal) + 2)..^2].Replace("','", $"{Separator}", StringComparison.Ordinal).Split(Separator).Select(l => l.Replace("''", "'", StringComparison.Ordinal))]
        : [];
}
