using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.State.Stores;

namespace CdcLake.Testing.Runs;

/// <summary>A target that only keeps the sum of what comes.</summary>
/// <param name="name">Of the sink.</param>
/// <param name="textOf">A row as text.</param>
internal sealed class CollectingTarget(string name, Func<ChangeBatch, int, string> textOf) : ISinkTarget
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);

    /// <summary>All rows as text, each as often as it is there.</summary>
    public IReadOnlyList<string> Rows
    {
        get
        {
            lock (_lock)
            {
                return [.. _rows.SelectMany(r => Enumerable.Repeat(r.Key, Math.Max(0, r.Value)))];
            }
        }
    }

    public ISink CreateSink() => new Sink(this);

    private void Add(ChangeBatch batch)
    {
        lock (_lock)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                var text = textOf(batch, i);
                _rows[text] = _rows.GetValueOrDefault(text) + batch.Weights[i];
            }
        }
    }

    private sealed class Sink(CollectingTarget target) : IVolatileSink
    {
        public string Name { get; } = target.NameOfSink;

        public IReadOnlyList<IStateStore> State => [];

        public SinkBacklog Backlog => default;

        public Task<IReadOnlyDictionary<string, string>?> OpenAsync(SinkOpening opening, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyDictionary<string, string>?>(null);

        public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask ChangesAsync(ChangeBatch batch, CancellationToken cancellationToken)
        {
            using (batch)
            {
                target.Add(batch);
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private string NameOfSink => name;
}
