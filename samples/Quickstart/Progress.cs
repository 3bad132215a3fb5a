using System.Globalization;
using CdcLake;

namespace Quickstart;

/// <summary>One line a second while the pipeline works, where somebody is watching.</summary>
internal static class Progress
{
    /// <summary>Waits for <paramref name="run"/> and rethrows its error.</summary>
    /// <param name="pipeline">What is shown.</param>
    /// <param name="run">Its run.</param>
    /// <param name="isLive">It follows a server: how old its newest change is says something.</param>
    public static async Task WatchAsync(Pipeline pipeline, Task run, bool isLive)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        PipelineStatus? shown = null;
        while (await Task.WhenAny(run, timer.WaitForNextTickAsync().AsTask()) != run)
        {
            var status = pipeline.Status;
            if (status.State != shown?.State || status.ChangesRead != shown.ChangesRead)
            {
                var lag = isLive && status.Lag is { } l ? string.Create(CultureInfo.InvariantCulture, $"  lag {l.TotalSeconds:N1} s") : "";
                var error = status.LastError is { } e ? $"  {e.Message}" : "";
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{status.State.ToString().ToLowerInvariant(),-10} {status.ChangesRead:N0} changes  {status.Detail}{lag}{error}"));
                shown = status;
            }
        }

        await run;
    }
}
