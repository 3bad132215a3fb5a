using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Runtime;

/// <summary>
/// A source of one table <c>shop.items (id int, qty bigint)</c> whose epochs are numbered steps; epoch n is at position n. Starts behind the position it is given.
/// </summary>
internal sealed class ScriptedSource(IReadOnlyList<ScriptedEpoch> epochs, bool endless = false, Action<string>? fault = null) : ISource
{
    public static readonly Schema Columns = new([new Field("id", DataType.Int32, false), new Field("qty", DataType.Int64, false)]);

    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Schema? _schema;

    /// <summary>Completes when all epochs are sent.</summary>
    public Task Sent => _sent.Task;

    public SourceStart? Start { get; private set; }

    /// <summary>Where a new pipeline begins in the log; null: at the beginning.</summary>
    public TestPosition? Begin { get; init; }

    public string Name => "scripted";

    public Task<IReadOnlyList<SourceTable>> DescribeAsync(IReadOnlyList<string> tables, CancellationToken cancellationToken)
    {
        fault?.Invoke("describe");
        return Task.FromResult<IReadOnlyList<SourceTable>>(
            [new SourceTable("shop.items", Columns, ["int", "bigint"], [0], new Dictionary<int, string>())]);
    }

    public SourcePosition ParsePosition(IReadOnlyDictionary<string, string> properties) =>
        new TestPosition(TestPosition.NumberOf(properties), properties.GetValueOrDefault(SourcePosition.SinceProperty));

    public Task<SourcePosition?> FindStartAsync(CancellationToken cancellationToken) => Task.FromResult<SourcePosition?>(Begin);

    public async Task RunAsync(SourceStart start, ISourceOutput output, CancellationToken cancellationToken)
    {
        Start = start;
        _schema = start.Tables[0].Schema;
        var from = (int)((start.From as TestPosition)?.Number ?? 0);
        if (start.IsStartPoint)
        {
            await output.EndEpochAsync(new Epoch(start.From!, DateTimeOffset.UnixEpoch, EpochKind.StartPoint), cancellationToken);
        }

        for (var number = from + 1; number <= epochs.Count; number++)
        {
            fault?.Invoke($"stream {number}");
            await SendAsync(number, start, output, cancellationToken);
        }

        _sent.TrySetResult();
        if (endless)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken); // a silent source: ends by the token alone
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task SendAsync(int number, SourceStart start, ISourceOutput output, CancellationToken cancellationToken)
    {
        var epoch = epochs[number - 1];
        if (epoch.Change?.Invoke(start.Tables[0], new TestPosition(number - 1)) is { } change)
        {
            await output.TableChangedAsync(change, cancellationToken);
            _schema = epoch.IsLate ? _schema : change.After!.Schema;
        }

        await output.BeginEpochAsync(epoch.Kind, cancellationToken);
        foreach (var batch in epoch.Batches)
        {
            var rows = start.Tables[0].Columns.Count == 2 ? batch : [.. batch.Select(r => (start.Tables[0].Columns.Select(c => r.Row[c]).ToArray(), r.Weight))];
            await output.ChangesAsync(0, Cells.ToBatch(_schema!, rows), cancellationToken);
        }

        var time = DateTimeOffset.UnixEpoch.AddSeconds(number);
        await output.EndEpochAsync(new Epoch(new TestPosition(number, start.From?.Since), time, epoch.Kind), cancellationToken);
    }
}

/// <summary>What the source sends in one epoch.</summary>
/// <param name="Batches">Rows with their weights, by batch.</param>
internal sealed record ScriptedEpoch(params (object?[] Row, int Weight)[][] Batches)
{
    public EpochKind Kind { get; init; }

    /// <summary>A change of the table before this epoch.</summary>
    public Func<TableCapture, SourcePosition, TableChange>? Change { get; init; }

    /// <summary>Its rows have the table's columns of before the change all the same.</summary>
    public bool IsLate { get; init; }

    /// <summary>One row more.</summary>
    public static ScriptedEpoch Insert(int id, long qty) => new([[([id, qty], 1)]]);

    /// <summary>One row instead of another.</summary>
    public static ScriptedEpoch Update(int id, long before, long after) => new([[([id, before], -1), ([id, after], 1)]]);

    /// <summary>Only the position moves.</summary>
    public static ScriptedEpoch Empty() => new();
}
