using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Runtime;

/// <summary>A durable target in memory: what was published stays when the sink is gone. Every step can be made to fail.</summary>
internal sealed class MemoryTarget(string name, MemoryCluster cluster) : ISinkTarget
{
    public string Name => $"memory({name})";

    public MemoryCluster Cluster => cluster;

    /// <summary>What is committed, by key.</summary>
    public SortedDictionary<int, long> Rows { get; private set; } = [];

    public IReadOnlyDictionary<string, string>? Position { get; private set; }

    /// <summary>The position as text, <c>-</c> without one.</summary>
    public string At => Position is null ? "-" : $"{TestPosition.NumberOf(Position)}";

    /// <summary>Prepared parts that were neither published nor given up.</summary>
    public int OpenParts { get; set; }

    /// <summary>Everything the sinks were called with.</summary>
    public List<string> Calls { get; } = [];

    public ISink CreateSink() => new MemorySink(this);

    public void Publish(SortedDictionary<int, long> rows, SourcePosition position) => (Rows, Position) = (rows, position.Properties);
}

/// <summary>Publishes for several targets. Not atomic unless said so.</summary>
internal sealed class MemoryCluster(string name, Action<string>? fault = null) : ICommitGroup
{
    public string Name => name;

    public bool IsAtomic { get; init; }

    /// <summary>Called with the name of each step, may throw; replaced by a test.</summary>
    public Action<string> Fault { get; set; } = fault ?? (_ => { });

    /// <summary>What a sink waits for while it prepares its part; nothing unless a test says so.</summary>
    public Func<Task> Hold { get; set; } = () => Task.CompletedTask;

    /// <summary>How many parts each publication had.</summary>
    public List<int> Publications { get; } = [];

    public Task<IReadOnlyList<SinkCommit?>> PublishAsync(IReadOnlyList<IPreparedCommit> parts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Fault($"publish {name}");
        Publications.Add(parts.Count);
        var commits = parts.Cast<MemoryPart>().Select(SinkCommit? (p) => p.Publish()).ToList();
        Fault($"published {name}");
        return Task.FromResult<IReadOnlyList<SinkCommit?>>(commits);
    }
}

/// <summary>Rows waiting in front of a <see cref="MemoryTarget"/>.</summary>
internal sealed class MemorySink(MemoryTarget target) : ISink
{
    private readonly SortedDictionary<int, long> _rows = new(target.Rows);
    private readonly List<(object?[] Row, int Weight)> _open = [];
    private Epoch? _epoch;
    private long _pending;

    public string Name => target.Name;

    public SinkBacklog Backlog => new(_pending, _pending * 12, _epoch is not null);

    public Task<IReadOnlyDictionary<string, string>?> OpenAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        target.Cluster.Fault($"open {target.Name}");
        return Task.FromResult(target.Position);
    }

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken)
    {
        target.Calls.Add($"begin {kind}");
        if (kind == EpochKind.CompleteResult)
        {
            _rows.Clear();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ChangesAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            _open.AddRange(Cells.FromBatch(batch));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        target.Cluster.Fault($"end {target.Name}");
        target.Calls.Add($"end {((TestPosition)epoch.Position).Number}");
        foreach (var (row, weight) in _open.OrderBy(r => r.Weight))
        {
            if (weight < 0)
            {
                _rows.Remove((int)row[0]!);
            }
            else
            {
                _rows[(int)row[0]!] = (long)row[1]!;
            }
        }

        _pending += _open.Count;
        _open.Clear();
        _epoch = epoch;
        return ValueTask.CompletedTask;
    }

    public async Task<IPreparedCommit?> PrepareAsync(CancellationToken cancellationToken)
    {
        target.Cluster.Fault($"prepare {target.Name}");
        await target.Cluster.Hold().WaitAsync(cancellationToken);
        if (_epoch is null)
        {
            return null;
        }

        target.OpenParts++;
        return new MemoryPart(target, this, _epoch, new SortedDictionary<int, long>(_rows), _pending);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public void Published() => (_epoch, _pending) = (null, 0);
}

/// <summary>A part of a commit in memory.</summary>
internal sealed class MemoryPart(MemoryTarget target, MemorySink sink, Epoch epoch, SortedDictionary<int, long> rows, long pending) : IPreparedCommit
{
    private bool _isOpen = true;

    public ISink Sink => sink;

    public SourcePosition Position => epoch.Position;

    public ICommitGroup Group => target.Cluster;

    public SinkCommit Publish()
    {
        target.Publish(rows, epoch.Position);
        sink.Published();
        return new SinkCommit(epoch.Position, epoch.CommitTime, $"{epoch.Position}", pending, 0, rows.Count);
    }

    public ValueTask DisposeAsync()
    {
        target.OpenParts -= _isOpen ? 1 : 0;
        _isOpen = false;
        return ValueTask.CompletedTask;
    }
}
