using System.Collections.Immutable;
using System.IO.Enumeration;

namespace CdcLake.Connectors;

/// <summary>Which tables of a database are meant, those included that come into being later. Names are compared without regard to letter case. Immutable.</summary>
/// <param name="Database">Name of the database.</param>
internal sealed record TableSelection(string Database)
{
    /// <summary>Patterns with <c>*</c> and <c>?</c>, one of which a table has to match; empty for all tables.</summary>
    public ImmutableArray<string> Included { get; init; } = [];

    /// <summary>Patterns none of which a table may match.</summary>
    public ImmutableArray<string> Excluded { get; init; } = [];

    /// <param name="table">Name of a table, without its database.</param>
    public bool Takes(string table) => (Included.IsEmpty || IsAny(Included, table)) && !IsAny(Excluded, table);

    /// <param name="table">Qualified name; one that needs quoting is not taken.</param>
    public bool TakesQualified(string table) =>
        table.Length > Database.Length && table[Database.Length] == '.' && table.StartsWith(Database, StringComparison.OrdinalIgnoreCase) && Takes(table[(Database.Length + 1)..]);

    /// <summary>For people: <c>shop.* without tmp_*</c>.</summary>
    public override string ToString() =>
        string.Join(", ", Included.IsEmpty ? [$"{Database}.*"] : Included.Select(p => $"{Database}.{p}")) + (Excluded.IsEmpty ? "" : $" without {string.Join(", ", Excluded)}");

    private static bool IsAny(ImmutableArray<string> patterns, string table) => patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, table, ignoreCase: true));
}
