using System.Diagnostics.Metrics;

namespace CdcLake.Diagnostics;

/// <summary>What is looked up when somebody collects: one instrument of each kind per meter, over all pipelines that are alive. Thread-safe.</summary>
internal sealed class PipelineGauges
{
    private static readonly TimeSpan LongestCollection = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly List<WeakReference<Func<PipelineStatus>>> _pipelines = [];
    private List<PipelineStatus> _collected = [];
    private long _collectedAt;
    private int _gauges;
    private int _lastRead = int.MaxValue;

    /// <param name="meter">What the gauges belong to.</param>
    /// <param name="clock">Tells how long a collection has taken.</param>
    public PipelineGauges(Meter meter, TimeProvider clock)
    {
        _clock = clock;
        Gauge(meter, "cdclake.source.lag", "s", "How far what was read is behind the server.", s => One(s, s.Lag?.TotalSeconds));
        Gauge(meter, "cdclake.source.connected", "1", "1 while the source is read, else 0.", s => One(s, s.Source.IsConnected ? 1 : 0));
        Gauge(meter, "cdclake.source.backlog", "By", "Bytes of changes that were received and wait between stages.", s => One(s, s.Stages.Sum(t => t.Inputs.Sum(i => i.Bytes))));
        Gauge(meter, "cdclake.source.heartbeat.age", "s", "Time since the server was last heard.", s => One(s, (s.At - s.Source.LastHeard)?.TotalSeconds));
        Gauge(meter, "cdclake.snapshot.chunks", "{chunk}", "Pieces of an initial snapshot, each a whole table, by what became of them.", Chunks);
        Gauge(meter, "cdclake.snapshot.tables.remaining", "{table}", "Tables of an initial snapshot that are not read to their end.", s => One(s, s.Snapshot?.Tables.Count(t => !t.IsDone)));
        Gauge(meter, "cdclake.stage.busy", "1", "Share of the last seconds in which a stage worked.", s => Stages(s, t => t.Busy));
        Gauge(meter, "cdclake.stage.backpressure", "1", "Share of the last seconds in which a stage waited for room behind it.", s => Stages(s, t => t.Blocked));
        Gauge(meter, "cdclake.channel.depth", "{batch}", "Batches and signals that wait in front of a stage.", Channels);
        Gauge(meter, "cdclake.state.keys", "{key}", "Rows of keyed state of a stage.", s => Stages(s, t => t.StateRows, t => t.StateBytes > 0));
        Gauge(meter, "cdclake.state.size", "By", "Bytes of memory of that state.", s => Stages(s, t => t.StateBytes, t => t.StateBytes > 0));
        Gauge(meter, "cdclake.state.spilled", "By", "Bytes of that state on disk.", s => Stages(s, t => t.StateBytesOnDisk, t => t.StateBytes > 0));
        Gauge(meter, "cdclake.checkpoint.age", "s", "Time since the last checkpoint counted.", s => One(s, (s.At - s.Checkpoints.FirstOrDefault(c => c.Error is null)?.At)?.TotalSeconds));
        Gauge(meter, "cdclake.sink.freshness", "s", "How far what a target shows is behind the server.", Freshness);
    }

    /// <summary>Includes a pipeline for as long as somebody else holds <paramref name="status"/>, or until it is removed.</summary>
    public void Add(Func<PipelineStatus> status)
    {
        lock (_gate)
        {
            _pipelines.RemoveAll(p => !p.TryGetTarget(out _));
            _pipelines.Add(new WeakReference<Func<PipelineStatus>>(status));
        }
    }

    public void Remove(Func<PipelineStatus> status)
    {
        lock (_gate)
        {
            _pipelines.RemoveAll(p => !p.TryGetTarget(out var known) || known == status);
        }
    }

    private static IEnumerable<Measurement<double>> One(PipelineStatus status, double? value) =>
        value is { } v ? [new Measurement<double>(v, Tags.Of(Tags.Pipeline, status.Pipeline))] : [];

    private static IEnumerable<Measurement<double>> Stages(PipelineStatus status, Func<StageStatus, double> value, Func<StageStatus, bool>? where = null) =>
        status.Stages.Where(where ?? (_ => true)).Select(s => new Measurement<double>(value(s), Tags.Of(Tags.Pipeline, status.Pipeline), Tags.Of(Tags.Stage, s.Name)));

    private static IEnumerable<Measurement<double>> Channels(PipelineStatus status) =>
        from stage in status.Stages
        from input in stage.Inputs
        select new Measurement<double>(input.Depth, Tags.Of(Tags.Pipeline, status.Pipeline), Tags.Of(Tags.Channel, $"{input.From} → {stage.Name}"));

    private static IEnumerable<Measurement<double>> Chunks(PipelineStatus status) => status.Snapshot is not { } snapshot ? [] :
    [
        new(snapshot.Tables.Count(t => t.IsDone), Tags.Of(Tags.Pipeline, status.Pipeline), Tags.Of(Tags.State, "done")),
        new(snapshot.Tables.Count(t => !t.IsDone), Tags.Of(Tags.Pipeline, status.Pipeline), Tags.Of(Tags.State, "remaining")),
    ];

    private static IEnumerable<Measurement<double>> Freshness(PipelineStatus status) =>
        from sink in status.Sinks
        where sink.Lag is not null
        select new Measurement<double>(sink.Lag!.Value.TotalSeconds, Tags.Of(Tags.Pipeline, status.Pipeline), Tags.Of(Tags.Sink, sink.Name));

    private void Gauge(Meter meter, string name, string unit, string description, Func<PipelineStatus, IEnumerable<Measurement<double>>> read)
    {
        var place = _gauges++;
        meter.CreateObservableGauge(name, () => Statuses(place).SelectMany(read), unit, description);
    }

    /// <summary>One picture for a whole collection, which reads gauges in the order of their creation: a place that does not come after the last one begins another.</summary>
    private List<PipelineStatus> Statuses(int place)
    {
        var alive = new List<Func<PipelineStatus>>();
        lock (_gate)
        {
            var goesOn = place > _lastRead && _clock.GetElapsedTime(_collectedAt) < LongestCollection;
            _lastRead = place;
            if (goesOn)
            {
                return _collected;
            }

            foreach (var pipeline in _pipelines)
            {
                if (pipeline.TryGetTarget(out var status))
                {
                    alive.Add(status);
                }
            }
        }

        // Not under the lock: a pipeline that ends removes itself holding its own.
        List<PipelineStatus> collected = [.. alive.Select(status => status())];
        lock (_gate)
        {
            (_collected, _collectedAt) = (collected, _clock.GetTimestamp());
        }

        return collected;
    }
}
