using System.Globalization;

namespace CdcLake.Benchmarks;

/// <summary>Two result files side by side.</summary>
internal static class Comparison
{
    /// <summary>Prints each figure before and after.</summary>
    /// <returns>1 when something that was met is short, else 0.</returns>
    public static int Print(string before, string after)
    {
        var old = Read(before);
        var worse = 0;
        Console.WriteLine("name | before | after | unit | after / before | baselines after / before | note");
        foreach (var (name, line) in Read(after))
        {
            var was = old.GetValueOrDefault(name);
            var note = (was?.Met, line.Met) switch
            {
                (null, _) => was is null ? "new" : "",
                ("met", "short") => "WAS MET, IS SHORT",
                ("met", "") => "WAS MET, HAS NO TARGET OR WAS SKIPPED",
                ("short", "met") => "now met",
                (_, "short") => "short",
                _ => "",
            };
            worse += note.StartsWith("WAS", StringComparison.Ordinal) ? 1 : 0;
            Console.WriteLine(string.Join(" | ", name, was?.Value ?? "", line.Value, line.Unit, Ratio(was?.Value, line.Value), Ratio(was?.Baseline, line.Baseline), note));
        }

        foreach (var name in old.Keys.Except(Read(after).Keys))
        {
            var lost = old[name].Met == "met";
            worse += lost ? 1 : 0;
            Console.WriteLine($"{name} | {old[name].Value} | | {old[name].Unit} | | | {(lost ? "WAS MET, IS GONE" : "gone")}");
        }

        Console.WriteLine($"{worse} that were met are not any more");
        return worse == 0 ? 0 : 1;
    }

    // Names that begin with two blanks belong to the line above and are unique only with it.
    private static Dictionary<string, Line> Read(string file)
    {
        var lines = new Dictionary<string, Line>(StringComparer.Ordinal);
        var group = "";
        foreach (var text in File.ReadLines(file).SkipWhile(l => !l.StartsWith("| ---", StringComparison.Ordinal)).Skip(1).TakeWhile(l => l.StartsWith('|')))
        {
            var cells = text.Split('|')[1..^1];
            var belongs = cells[0].StartsWith("   ", StringComparison.Ordinal);
            group = belongs ? group : cells[0].Trim();
            var name = belongs ? $"{group}: {cells[0].Trim()}" : group;
            for (var i = 2; lines.ContainsKey(name); i++)
            {
                name = $"{group}: {cells[0].Trim()} ({i})";
            }

            lines.Add(name, new Line(cells[1].Trim(), cells[2].Trim(), cells[3].Trim().Split(' ')[0], cells[6].Trim()));
        }

        return lines.Count > 0 ? lines : throw new InvalidDataException($"{file} holds no table of results.");
    }

    private static string Ratio(string? before, string after) =>
        Number(before) is { } b && Number(after) is { } a && b != 0 ? (a / b).ToString("0.00", CultureInfo.InvariantCulture) : "";

    private static double? Number(string? text) => double.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : null;

    private sealed record Line(string Value, string Unit, string Baseline, string Met);
}
