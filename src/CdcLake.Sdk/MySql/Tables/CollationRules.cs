using CdcLake.Connectors;

namespace CdcLake.MySql.Tables;

/// <summary>
/// When a collation takes two texts for the same, as far as that can be told without the server. Of printable ASCII that is certain for the general collations: nothing is ignored, no two
/// characters make one, and beside the case of letters no two are equal. Collations of single languages may do all of that.
/// </summary>
internal static class CollationRules
{
    private static readonly string[] General =
    [
        "_general_ci", "_general_mysql500_ci", "_general_nopad_ci", "_unicode_ci", "_unicode_nopad_ci", "_unicode_520_ci", "_unicode_520_nopad_ci", "_swedish_ci", "_swedish_nopad_ci",
        "_0900_ai_ci", "_0900_as_ci", "_uca1400_ai_ci", "_uca1400_as_ci", "_uca1400_nopad_ai_ci", "_uca1400_nopad_as_ci",
    ];

    private static readonly string[] ByCase = ["_general_cs", "_0900_as_cs", "_uca1400_as_cs", "_uca1400_nopad_as_cs"];

    /// <param name="collation">Name of the collation; null for a column that holds no text.</param>
    /// <returns>Null when it is not known.</returns>
    public static KeyRules? Of(string? collation)
    {
        if (collation is null or "binary")
        {
            return KeyRules.Exact;
        }

        var padding = collation.Contains("_0900_", StringComparison.Ordinal) || collation.Contains("_nopad_", StringComparison.Ordinal) ? KeyRules.Exact : KeyRules.IgnoresPadding;
        return collation.EndsWith("_bin", StringComparison.Ordinal) ? padding
            : ByCase.Any(c => EndsWith(collation, c)) ? padding | KeyRules.PrintableAsciiOnly
            : General.Any(c => EndsWith(collation, c)) ? padding | KeyRules.PrintableAsciiOnly | KeyRules.IgnoresCase
            : null;
    }

    // Behind the name of a character set, in which no underline is.
    private static bool EndsWith(string collation, string name) => collation.IndexOf('_', StringComparison.Ordinal) == collation.Length - name.Length && collation.EndsWith(name, StringComparison.Ordinal);
}
