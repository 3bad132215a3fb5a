namespace CdcLake.AspNetCore.Api;

/// <summary>The numbers of the last minutes, so that a page that is opened shows where things come from. Looks every two seconds from the start of the application to its end. Thread-safe.</summary>
/// <param name="clock">Ticks.</param>
internal sealed class History(TimeProvider clock) : IDisposable
{
    /// <summary>Samples kept of each pipeline: five minutes.</summary>
    public const int Kept = 150;

    private static readonly TimeSpan Step = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<Sample>> _samples = new(StringComparer.Ordinal);
    private ITimer? _timer;

    /// <summary>Begins to look, once the application has started.</summary>
    public void Start(IPipelineRegistry registry) => _timer = clock.CreateTimer(_ => Look(registry), null, TimeSpan.Zero, Step);

    public void Dispose() => _timer?.Dispose();

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<Sample> Of(string pipeline)
    {
        lock (_gate)
        {
            return _samples.TryGetValue(pipeline, out var samples) ? [.. samples] : [];
        }
    }

    /// <summary>Remembers how things are.</summary>
    public void Look(IPipelineRegistry registry)
    {
        foreach (var pipeline in registry.Pipelines)
        {
            var now = PipelineSummary.Of(pipeline.Status);
            lock (_gate)
            {
                if (!_samples.TryGetValue(now.Name, out var samples))
                {
                    _samples.Add(now.Name, samples = new Queue<Sample>());
                }

                samples.Enqueue(new Sample(now.At, Math.Round(now.RowsPerSecond, 1), now.Lag?.TotalSeconds));
                if (samples.Count > Kept)
                {
                    samples.Dequeue();
                }
            }
        }
    }
}
