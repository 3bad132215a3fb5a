using CdcLake.Dataflow;
using CdcLake.Diagnostics;

namespace CdcLake.Runtime;

/// <summary>
/// Rates of the stages. Counters are remembered about once a second, by whoever comes by: the source at the end of an epoch, or somebody who looks; so nothing runs
/// while nothing happens. Thread-safe.
/// </summary>
/// <param name="clock">Measures times.</param>
internal sealed class StageBoard(TimeProvider clock)
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Queue<Sample> _samples = new();
    private IReadOnlyList<StageProbe> _probes = [];
    private IReadOnlyList<StageStatus> _ended = [];
    private long _last;

    /// <summary>A run begins with these stages, in the order in which they are shown.</summary>
    public void Begin(IReadOnlyList<StageProbe> probes)
    {
        lock (_gate)
        {
            _probes = probes;
            _samples.Clear();
            Take();
        }
    }

    /// <summary>One more stage is there; rates are those since then.</summary>
    public void Add(StageProbe probe) => Change(probes => [.. probes, probe]);

    /// <summary>A stage is not there any more.</summary>
    public void Remove(string name) => Change(probes => [.. probes.Where(p => p.Name != name)]);

    /// <summary>The run is over: its counters stay, and nothing of it is held.</summary>
    public void End()
    {
        lock (_gate)
        {
            if (_probes.Count > 0)
            {
                _ended = [.. Read().Select(s => s with { RowsInPerSecond = 0, RowsOutPerSecond = 0, Busy = 0, Blocked = 0, Inputs = [.. s.Inputs.Select(i => i with { Depth = 0, Bytes = 0 })] })];
                _probes = [];
                _samples.Clear();
            }
        }
    }

    /// <summary>Remembers the counters when the last time is long enough ago; tells whether it was.</summary>
    public bool Tick()
    {
        if (clock.GetElapsedTime(Volatile.Read(ref _last)) < Step)
        {
            return false;
        }

        lock (_gate)
        {
            Take();
        }

        return true;
    }

    public IReadOnlyList<StageStatus> Current()
    {
        _ = Tick();
        lock (_gate)
        {
            return _probes.Count == 0 ? _ended : Read();
        }
    }

    /// <summary>Rows per second that the source sends now.</summary>
    public double SourceRate
    {
        get
        {
            lock (_gate)
            {
                return _probes.Count == 0 ? 0 : StatusOf(_probes[0], Reference().Readings[0], clock.GetElapsedTime(Reference().At)).RowsOutPerSecond;
            }
        }
    }

    /// <summary>Counters of the run as they stand; empty between runs.</summary>
    public IReadOnlyList<StageTotals> Totals()
    {
        lock (_gate)
        {
            return [.. _probes.Select(p => (p.Name, Reading: p.Read())).Select(p => new StageTotals(p.Name, p.Reading.RowsIn, p.Reading.RowsOut))];
        }
    }

    private void Change(Func<IReadOnlyList<StageProbe>, IReadOnlyList<StageProbe>> change)
    {
        lock (_gate)
        {
            _probes = change(_probes);
            _samples.Clear();
            Take();
        }
    }

    private void Take()
    {
        Volatile.Write(ref _last, clock.GetTimestamp());
        _samples.Enqueue(new Sample(_last, [.. _probes.Select(p => p.Read())]));
        while (_samples.Count > 2 && clock.GetElapsedTime(_samples.Peek().At) > Window)
        {
            _samples.Dequeue();
        }
    }

    private List<StageStatus> Read()
    {
        var since = Reference();
        var elapsed = clock.GetElapsedTime(since.At);
        return [.. _probes.Select((p, i) => StatusOf(p, since.Readings[i], elapsed))];
    }

    // The oldest one within the window that is not too fresh to be compared with; where nobody came by for long, the newest one before.
    private Sample Reference()
    {
        Sample? before = null;
        foreach (var sample in _samples)
        {
            var age = clock.GetElapsedTime(sample.At);
            if (age >= Shortest || before is null)
            {
                before = sample;
            }

            if (age >= Shortest && age <= Window)
            {
                break;
            }
        }

        return before!;
    }

    private static StageStatus StatusOf(StageProbe probe, StageReading since, TimeSpan elapsed)
    {
        var now = probe.Read();
        var seconds = Math.Max(elapsed.TotalSeconds, 1e-3);
        var blocked = Share(now.Blocked - since.Blocked);
        return new StageStatus(probe.Name)
        {
            RowsIn = now.RowsIn,
            RowsOut = now.RowsOut,
            RowsInPerSecond = (now.RowsIn - since.RowsIn) / seconds,
            RowsOutPerSecond = (now.RowsOut - since.RowsOut) / seconds,
            Blocked = blocked,
            Busy = Math.Max(0, 1 - blocked - Share(now.Idle - since.Idle)),
            StateRows = probe.State.Sum(s => s.Log.LiveCount),
            StateBytes = probe.State.Sum(s => s.Bytes + s.Log.CopiedBytes),
            StateBytesOnDisk = probe.State.Sum(s => s.Log.SpilledBytes),
            LargestPartitionRowsIn = probe.Partitions.Count == 0 ? now.RowsIn : probe.Partitions.Max(p => p.Read().RowsIn),
            Partitions = Math.Max(1, probe.Partitions.Count),
            Inputs = [.. probe.Inputs.GroupBy(c => c.From).Select(g => new ChannelStatus(g.Key, g.Sum(c => c.Depth), g.Sum(c => c.Capacity), g.Sum(c => c.Bytes), g.Sum(c => c.Rows)))],
        };

        double Share(TimeSpan part) => Math.Clamp(part.TotalSeconds / seconds, 0, 1);
    }

    private sealed record Sample(long At, StageReading[] Readings);
}
