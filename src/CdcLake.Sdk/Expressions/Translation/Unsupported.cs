using System.Linq.Expressions;
using System.Text.RegularExpressions;

namespace CdcLake.Expressions.Translation;

/// <summary>Errors for constructs outside the subset.</summary>
internal static partial class Unsupported
{
    /// <summary>The error with the printed sub-expression, what is wrong with it, and what to write instead.</summary>
    public static UnsupportedExpressionException Error(Expression expression, string reason, string hint) =>
        new($"\"{Print(expression)}\" cannot run in the pipeline: {reason}. {hint}");

    /// <summary>C#-like text; captured variables by their names.</summary>
    public static string Print(Expression expression) => Closure().Replace(expression.ToString(), "");

    [GeneratedRegex(@"value\([^()]*(\([^()]*\))?[^()]*\)\.")]
    private static partial Regex Closure();
}
