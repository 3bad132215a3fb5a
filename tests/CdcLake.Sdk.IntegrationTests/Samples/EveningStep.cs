using System.Text.RegularExpressions;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.Samples;

/// <summary>A block of the README's first evening.</summary>
/// <param name="Part">The heading that it stands under.</param>
/// <param name="Language"><c>sh</c>: commands; <c>sql</c>: statements; <c>csharp</c>: a whole file; <c>text</c>: what the last command prints.</param>
/// <param name="Word">What follows the language: a file's name; <c>server</c> for how a server is started; <c>stays</c> for a command that runs until the part ends.</param>
/// <param name="Text">The block, without its fences.</param>
internal sealed partial record EveningStep(string Part, string Language, string Word, string Text)
{
    private const string Evening = "## The first evening";

    public string[] Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>All blocks, in the order in which a reader meets them.</summary>
    public static IReadOnlyList<EveningStep> OfReadme()
    {
        var readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md")).Replace("\r\n", "\n", StringComparison.Ordinal);
        var begin = readme.IndexOf(Evening, StringComparison.Ordinal);
        var evening = readme[begin..readme.IndexOf("\n## ", begin, StringComparison.Ordinal)];
        var part = "";
        var steps = new List<EveningStep>();
        foreach (Match match in HeadingOrBlock().Matches(evening))
        {
            if (match.Groups["heading"].Success)
            {
                part = match.Groups["heading"].Value;
            }
            else
            {
                steps.Add(new(part, match.Groups["language"].Value, match.Groups["word"].Value, match.Groups["text"].Value));
            }
        }

        return steps;
    }

    [GeneratedRegex(@"^### (?<heading>[^\n]+)|^```(?<language>\S+)(?: (?<word>\S+))?\n(?<text>.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex HeadingOrBlock();
}
