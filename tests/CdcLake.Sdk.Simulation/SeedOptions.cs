using System.Globalization;

namespace CdcLake.Simulation;

/// <summary>What the command line asks for.</summary>
internal sealed record SeedOptions(int First, int Last, TimeSpan? Time, bool IsTraced, bool IsTwice, int Part, int Parts, IReadOnlyList<int> Regressions, Mutation Mutation)
{
    public static SeedOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new SeedOptions(1, int.MaxValue, null, false, false, 0, 1, [], Mutation.None);
        for (var i = 0; i < arguments.Count; i++)
        {
            options = arguments[i] switch
            {
                "--seeds" => Range(options, arguments[++i]),
                "--from" => options with { First = Number(arguments[++i]) },
                "--for" => options with { Time = Duration(arguments[++i]) },
                "--part" => options with { Part = Number(arguments[i + 1].Split('/')[0]), Parts = Number(arguments[++i].Split('/')[1]) },
                "--regressions" => options with { Regressions = Read(arguments[++i]) },
                "--break" => options with { Mutation = Enum.Parse<Mutation>(arguments[++i], ignoreCase: true) },
                "--trace" => options with { IsTraced = true },
                "--twice" => options with { IsTwice = true },
                var other => throw new ArgumentException($"Unknown option {other}."),
            };
        }

        return options;
    }

    private static SeedOptions Range(SeedOptions options, string text)
    {
        var ends = text.Split('-');
        return options with { First = Number(ends[0]), Last = Number(ends[^1]) };
    }

    // A seed on each line, and what it found behind it.
    private static List<int> Read(string path) => [.. File.ReadLines(path).Select(l => l.Split([' ', '#'])[0]).Where(l => l.Length > 0).Select(Number)];

    private static TimeSpan Duration(string text) => text[^1] switch
    {
        's' => TimeSpan.FromSeconds(Number(text[..^1])),
        'm' => TimeSpan.FromMinutes(Number(text[..^1])),
        'h' => TimeSpan.FromHours(Number(text[..^1])),
        _ => TimeSpan.FromSeconds(Number(text)),
    };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
