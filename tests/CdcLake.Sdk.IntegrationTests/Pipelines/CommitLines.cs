using CdcLake.MySql.Gtids;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A pipeline in a process of its own that prints a line for each commit: <c>commit SINK … at GTIDS</c>.</summary>
internal static class CommitLines
{
    /// <summary>The GTID set at the end of a commit's line.</summary>
    public static string PositionOf(string line) => line[(line.LastIndexOf(" at ", StringComparison.Ordinal) + " at ".Length)..];

    public static bool IsCommit(string line) => IsCommit(line, "");

    /// <param name="line">A line that it printed.</param>
    /// <param name="sink">The name of a sink; that of any when it is empty.</param>
    public static bool IsCommit(string line, string sink) => line.StartsWith($"commit {sink}", StringComparison.Ordinal);

    /// <summary>Waits for the first commit.</summary>
    public static Task<string> CommitAsync(this ChildProcess run, string sink = "") => run.LineAsync(l => IsCommit(l, sink), "a commit");

    /// <summary>Waits for a commit that includes transactions.</summary>
    public static Task<string> CommitAsync(this ChildProcess run, GtidSet end, string sink = "") =>
        run.LineAsync(l => IsCommit(l, sink) && GtidSet.Parse(PositionOf(l)).Covers(end), $"a commit {sink} at {end}");

    /// <summary>Lets it run for a time, while steps are taken one after the other, and kills it.</summary>
    public static async Task LiveAsync(this ChildProcess run, TimeSpan time, Func<Task> step)
    {
        var life = run.ExitsWithinAsync(time);
        while (!life.IsCompleted)
        {
            await step();
        }

        Assert.False(await life, run.HasExited ? run.Failure("ended by itself").Message : null);
        await run.KillAsync();
    }

    /// <summary>Has it commit what it has read, and end.</summary>
    public static async Task DrainAsync(this ChildProcess run)
    {
        run.Interrupt();
        Assert.True(await run.ExitAsync() == 0, run.Failure("drain").Message);
    }
}
