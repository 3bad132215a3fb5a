using System.Text.RegularExpressions;

namespace CdcLake.Runtime;

/// <summary>A slug: it becomes part of folder names, property keys and labels.</summary>
internal static partial class PipelineName
{
    /// <exception cref="ArgumentException">Not a slug.</exception>
    public static void Require(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Slug().IsMatch(name))
        {
            throw new ArgumentException(
                $"\"{name}\" is not a pipeline name. Use lower-case letters, digits and hyphens, starting with a letter or digit, at most 63: \"sales-by-product\".", nameof(name));
        }
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Slug();
}
