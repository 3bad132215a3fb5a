using System.Buffers;
using System.Collections.Immutable;

namespace CdcLake.Iceberg.Tables;

/// <summary>Namespace and name of a table, such as <c>demo.sales_by_product</c>.</summary>
/// <param name="Namespace">Levels of the namespace, outermost first; possibly none.</param>
/// <param name="Name">Name within the namespace.</param>
internal sealed record TableIdentifier(ImmutableArray<string> Namespace, string Name)
{
    private const string BranchPrefix = "branch_";
    private static readonly SearchValues<char> Illegal = SearchValues.Create("/\\\"'\0\r\n\t");

    /// <summary>The branch of the table that is meant; null for main.</summary>
    public string? Branch { get; init; }

    /// <summary>Reads levels separated by dots; the last one is the table.</summary>
    /// <exception cref="CatalogException">A level is empty or holds characters that no catalog can keep.</exception>
    public static TableIdentifier Parse(string text)
    {
        var levels = Levels(text, "a table name: write namespace and table with a dot between them, such as demo.sales");
        return new TableIdentifier([.. levels[..^1]], levels[^1]);
    }

    /// <summary>Reads the levels of a namespace, separated by dots.</summary>
    /// <exception cref="CatalogException">A level is empty or holds characters that no catalog can keep.</exception>
    public static ImmutableArray<string> ParseNamespace(string text) => [.. Levels(text, "the name of a namespace: write its levels with dots between them, such as lake.demo")];

    public bool Equals(TableIdentifier? other) => other is not null && Name == other.Name && Branch == other.Branch && Namespace.SequenceEqual(other.Namespace);

    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>A branch is named as Spark does it: <c>demo.sales.branch_audit</c>.</summary>
    public override string ToString() => string.Join('.', [.. Namespace, Name, .. Branch is null ? [] : (string[])[BranchPrefix + Branch]]);

    /// <summary>The same table at a branch.</summary>
    /// <exception cref="CatalogException">No catalog keeps a branch of that name.</exception>
    public TableIdentifier At(string branch) => branch.Length > 0 && !branch.AsSpan().ContainsAny(Illegal) && branch.Trim() == branch
        ? this with { Branch = branch == "main" ? null : branch }
        : throw new CatalogException($"\"{branch}\" is no name of a branch; it may not be empty or hold slashes, quotes or line breaks.") { Error = CatalogError.BadRequest };

    private static string[] Levels(string text, string expected)
    {
        var levels = text.Split('.');
        foreach (var level in levels)
        {
            if (level.Length == 0 || level.AsSpan().ContainsAny(Illegal) || level.Trim() != level)
            {
                throw new CatalogException($"\"{text}\" is not {expected}; levels may not be empty or hold slashes, quotes or line breaks.") { Error = CatalogError.BadRequest };
            }
        }

        return levels;
    }
}
