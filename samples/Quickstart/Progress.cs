using System.Globalization;
using CdcLake;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Quickstart;

/// <summary>Shows what the pipeline does, where somebody is watching: a display that is kept up to date where the terminal can do that, else one line a second.</summary>
internal static class Progress
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LiveStep = TimeSpan.FromMilliseconds(200);

    /// <summary>A terminal that can be drawn on; files, pipes and the consoles of build servers get plain lines.</summary>
    public static bool IsLive { get; } = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities is { Ansi: true, Interactive: true };

    /// <summary>Writes a line that stays, above the display where there is one.</summary>
    public static void Line(string text)
    {
        if (IsLive)
        {
            AnsiConsole.WriteLine(text);
        }
        else
        {
            Console.WriteLine(text);
        }
    }

    /// <summary>Waits for <paramref name="run"/> and rethrows its error.</summary>
    /// <param name="pipeline">What is shown.</param>
    /// <param name="run">Its run.</param>
    /// <param name="isLive">It follows a server: how old its newest change is says something.</param>
    public static async Task WatchAsync(Pipeline pipeline, Task run, bool isLive)
    {
        await (IsLive ? DrawAsync(pipeline, run, isLive) : PrintAsync(pipeline, run, isLive));
        await run;
    }

    private static Task DrawAsync(Pipeline pipeline, Task run, bool isLive) => AnsiConsole.Live(Picture(pipeline.Status, isLive)).AutoClear(true).StartAsync(async display =>
    {
        using var timer = new PeriodicTimer(LiveStep);
        while (await Task.WhenAny(run, timer.WaitForNextTickAsync().AsTask()) != run)
        {
            display.UpdateTarget(Picture(pipeline.Status, isLive));
        }
    });

    private static async Task PrintAsync(Pipeline pipeline, Task run, bool isLive)
    {
        using var timer = new PeriodicTimer(Step);
        PipelineStatus? shown = null;
        while (await Task.WhenAny(run, timer.WaitForNextTickAsync().AsTask()) != run)
        {
            var status = pipeline.Status;
            if (status.State != shown?.State || status.ChangesRead != shown.ChangesRead)
            {
                var error = status.LastError is { } e ? $"  {e.Message}" : "";
                Console.WriteLine($"{status.State.ToString().ToLowerInvariant(),-10} {Text($"{status.ChangesRead:N0}")} changes  {status.Detail}{Lag(status, isLive)}{error}");
                shown = status;
            }
        }
    }

    private static Grid Picture(PipelineStatus status, bool isLive)
    {
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn();
        Add("state", new Markup($"[{Colour(status.State)}]{status.State.ToString().ToLowerInvariant()}[/]  {Markup.Escape(status.Detail ?? "")}{Lag(status, isLive)}"));
        Add("read", new Text(Text($"{status.ChangesRead:N0} changes, {(status.Stages is [var source, ..] ? source.RowsOutPerSecond : 0):N0}/s")));
        foreach (var table in status.Snapshot is { IsDone: false } snapshot ? snapshot.Tables : [])
        {
            Add(table.Table, new BreakdownChart().Width(40).HideTags()
                .AddItem("read", table.IsDone ? 1 : table.Rows, Color.Green)
                .AddItem("left", table.IsDone ? 0 : Math.Max((table.EstimatedRows ?? 1) - table.Rows, 0.001), Color.Grey));
        }

        foreach (var sink in status.Sinks)
        {
            Add(sink.Name, new Text(Text($"{sink.TotalRows ?? 0:N0} rows, {sink.Commits:N0} commits, {sink.PendingRows:N0} rows wait")));
        }

        if (status.LastError is { } error)
        {
            Add(error.Code, new Text(error.Message, new Style(Color.Yellow)));
        }

        return grid;

        void Add(string name, IRenderable value) => grid.AddRow(new Text(name, new Style(Color.Grey)), value);
    }

    private static string Colour(PipelineState state) => state switch
    {
        PipelineState.Streaming => "green",
        PipelineState.Retrying => "yellow",
        PipelineState.Failed => "red",
        _ => "blue",
    };

    private static string Lag(PipelineStatus status, bool isLive) => isLive && status.Lag is { } lag ? Text($"  lag {lag.TotalSeconds:N1} s") : "";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
