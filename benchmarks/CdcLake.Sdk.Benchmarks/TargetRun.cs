namespace CdcLake.Benchmarks;

/// <summary>Runs measurements one after the other and prints a line for each figure.</summary>
internal static class TargetRun
{
    /// <param name="run">Name of the run and of its result file: <c>targets</c> or <c>long-targets</c>.</param>
    /// <param name="list">What it measures.</param>
    /// <param name="options">Of the command line.</param>
    public static async Task<int> RunAsync(string run, Func<Workspace, IEnumerable<TargetGroup>> list, IReadOnlyList<string> options)
    {
        var only = options.Contains("--only") ? options[options.ToList().IndexOf("--only") + 1] : "";
        await using var work = new Workspace();
        var lines = new List<TargetLine>();
        var began = Cost.Now();
        Console.WriteLine(string.Join(" | ", TargetLine.Columns));
        foreach (var group in list(work).Where(g => g.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            var before = MachineLoad.Now();
            var measured = await group.Measure();
            var others = MachineLoad.Now().OthersSince(before);
            foreach (var line in measured.Select(l => l with { Others = others }))
            {
                Console.WriteLine(line);
                lines.Add(line);
            }
        }

        Console.WriteLine(FormattableString.Invariant($"{lines.Count(l => l.IsMet == true)} met, {lines.Count(l => l.IsMet == false)} short, in {(Cost.Now() - began).Wall:0} s"));
        if (options.Contains("--write"))
        {
            Console.WriteLine("written to " + await ResultFile.WriteAsync(run, lines));
        }

        return 0;
    }
}

/// <summary>Figures that are measured together.</summary>
/// <param name="Name">What <c>--only</c> looks at.</param>
/// <param name="Measure">Gives a line for each figure; indented ones belong to the line before them.</param>
internal sealed record TargetGroup(string Name, Func<Task<IReadOnlyList<TargetLine>>> Measure);
