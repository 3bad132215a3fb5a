using CdcLake.Checkpoints;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Planning.Binding;
using CdcLake.Runtime;
using CdcLake.Tests.Checkpoints;

namespace CdcLake.Tests.Properties;

/// <summary>Runs a plan in the stages that a pipeline would have, in some number of partitions, and stands in for its source and its sink.</summary>
internal sealed class PartitionedRunner : IAsyncDisposable
{
    private readonly StageGraph _graph;
    private readonly EpochReader _result;
    private readonly Dictionary<string, int> _rows;
    private readonly CheckpointStore _store;
    private readonly List<CheckpointPart> _parts;
    private readonly CancellationTokenSource _abort = new();
    private Task[] _running = [];

    /// <param name="plan">What to run.</param>
    /// <param name="partitions">In how many partitions.</param>
    /// <param name="files">Checkpoints.</param>
    /// <param name="rows">The result so far.</param>
    public PartitionedRunner(BoundPlan plan, int partitions, MemoryStore files, Dictionary<string, int> rows)
    {
        _graph = StageGraphBuilder.Build(plan with { Partitions = partitions }, TimeProvider.System);
        _result = new EpochReader(_graph.Sinks[0].Channels);
        _rows = rows;
        _parts = [.. _graph.Stateful.SelectMany(o => o.Parted)];
        var operators = plan.Nodes.Select(n => CheckpointOperator.Of(n.Name, n.Fingerprint, _parts.Find(p => p.Operator == n.Name))).ToList();
        _store = new CheckpointStore(files, "random", operators, TimeProvider.System);
    }

    public bool KeepsState => _parts.Count > 0;

    /// <summary>In how many partitions each stage runs.</summary>
    public IEnumerable<int> Partitions => _graph.Operators.Select(o => o.All.Count);

    /// <summary>Reads the newest checkpoint back.</summary>
    public async Task RestoreAsync()
    {
        var coordinator = new CheckpointCoordinator(_store, _parts, TimeSpan.Zero, TimeProvider.System, _ => { });
        await coordinator.FindAsync(p => new TestPosition(TestPosition.NumberOf(p)), CancellationToken.None);
        await coordinator.RestoreAsync(CancellationToken.None);
    }

    public void Start() => _running = [.. _graph.Stages.Select(s => Task.Run(() => s.RunAsync(_abort.Token)))];

    /// <summary>Sends an epoch and gives the rows of the result after it.</summary>
    public async Task<IReadOnlyList<string>> EpochAsync(int number, IEnumerable<(int Table, ChangeBatch Batch)> changes)
    {
        var sending = SendAsync(number, [.. changes]);
        await ReadToAsync(s => s is EpochEnd);
        await sending;
        return [.. _rows.Where(r => r.Value != 0).Select(r => $"{r.Key} × {r.Value}").Order(StringComparer.Ordinal)];
    }

    /// <summary>Takes a checkpoint of all partitions at one barrier.</summary>
    public async Task CheckpointAsync(int number)
    {
        await using var round = _store.Begin();
        var sending = _graph.Source.SignalAsync(new StreamBarrier(round, null), CancellationToken.None).AsTask();
        await ReadToAsync(s => s is StreamBarrier);
        await sending;
        await round.WaitAsync(CancellationToken.None);
        Assert.NotNull(await _store.CommitAsync(round, new TestPosition(number), CancellationToken.None));
    }

    /// <summary>Ends all stages at once, as a crash does.</summary>
    public async ValueTask DisposeAsync()
    {
        await _abort.CancelAsync();
        await Task.WhenAll(_running).ContinueWith(_ => { }, TaskScheduler.Default);
        _graph.Dispose();
        await _store.DisposeAsync();
        _abort.Dispose();
    }

    private async Task SendAsync(int number, List<(int Table, ChangeBatch Batch)> changes)
    {
        foreach (var (table, batch) in changes)
        {
            await _graph.Source.SendAsync(table, batch, CancellationToken.None);
        }

        await _graph.Source.SignalAsync(new EpochEnd(new Epoch(new TestPosition(number), default)), CancellationToken.None);
    }

    private async Task ReadToAsync(Predicate<StageSignal> isLast)
    {
        var reading = ReadAllToAsync(isLast);
        var failed = await Task.WhenAny([reading, .. _running]);
        await failed; // a stage that fails fails the test, which would wait for its signal otherwise
        await reading;
    }

    private async Task ReadAllToAsync(Predicate<StageSignal> isLast)
    {
        while (await _result.ReadAsync(CancellationToken.None) is { } message)
        {
            if (message.Signal is { } signal)
            {
                if (isLast(signal))
                {
                    return;
                }

                continue;
            }

            foreach (var (row, weight) in Cells.FromBatch(message.Batch!))
            {
                var key = Cells.Text(row);
                _rows[key] = _rows.GetValueOrDefault(key) + weight;
            }

            message.Batch!.Dispose();
        }
    }
}
