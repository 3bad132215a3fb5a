using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;

namespace CdcLake.Benchmarks.Targets;

/// <summary>What it costs that somebody looks: every instrument collected and the status read ten times a second, spans recorded, and debug messages taken.</summary>
internal static class TelemetryTargets
{
    private const int Rounds = 16;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public static async Task<IReadOnlyList<TargetLine>> ReplayAsync(Workspace work)
    {
        var changes = work.UpdateWorkload.Statements;
        var (plain, observed) = (new List<Cost>(), new List<Cost>());
        for (var round = 0; round < Rounds; round++)
        {
            // One beside the other and each as often the first, so that a disturbed machine disturbs both, and both leave the next their garbage.
            foreach (var observe in round % 2 == 0 ? [false, true] : new[] { true, false })
            {
                (observe ? observed : plain).Add(await Measurement.MedianAsync(round == 0 ? 3 : 0, 1, () => RunAsync(work, observe)));
            }
        }

        var (without, with) = (changes / Measurement.Middle(plain).Cpu / 1e3, changes / Measurement.Middle(observed).Cpu / 1e3);
        return [TargetLine.Against("replay → join + aggregate → Iceberg, observed (one core)", with, "k changes/s", "k changes/s with nobody looking", without, "≥ 0.97", with / without >= 0.97)];
    }

    private static async Task RunAsync(Workspace work, bool observe)
    {
        var folder = work.Fresh("observed");
        var logs = observe ? new CountingLogs() : null;
        await using (var pipeline = SalesJob.Build(SalesJob.ByProduct, MySqlSource.FromFiles(work.UpdateLog), SalesJob.Database, folder, o => o.LoggerFactory = logs))
        {
            var run = pipeline.RunAsync();
            await (observe ? ObserveAsync(pipeline, run) : run);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task ObserveAsync(Pipeline pipeline, Task run)
    {
        var seen = 0L;
        using var spans = new ActivityListener
        {
            ShouldListenTo = s => s.Name == CdcLakeTelemetry.ActivitySourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = _ => seen++,
        };
        ActivitySource.AddActivityListener(spans);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == CdcLakeTelemetry.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((_, _, _, _) => seen++);
        meters.SetMeasurementEventCallback<double>((_, _, _, _) => seen++);
        meters.Start();
        while (await Task.WhenAny(run, Task.Delay(Look)) != run)
        {
            meters.RecordObservableInstruments();
            seen += pipeline.Status.Stages.Count;
        }

        await run;
        if (seen == 0)
        {
            throw new InvalidOperationException("Nothing was observed.");
        }
    }

    /// <summary>Takes every message and keeps none.</summary>
    private sealed class CountingLogs : ILoggerFactory, ILogger
    {
        private int _length;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _length += formatter(state, exception).Length;

        public void Dispose()
        {
        }
    }
}
