using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;

namespace CdcLake.Tests.Properties;

/// <summary>Runs a plan of joins and aggregates as stages: a task for each, small channels between them, one channel from the source to each.</summary>
internal sealed class StagedRunner
{
    private readonly List<Stage> _stages = [];
    private readonly Outlet[] _tables;
    private readonly StageChannel _result;
    private readonly int _capacity;
    private readonly Dictionary<string, int> _rows = [];

    public StagedRunner(Plan plan, int tables, int capacity)
    {
        _capacity = capacity;
        _tables = [.. Enumerable.Range(0, tables).Select(_ => new Outlet())];
        _result = Channel("result");
        Add(plan, _result, 0);
        Source = new SourceOutlet(_tables);
    }

    public SourceOutlet Source { get; }

    /// <summary>Sends all epochs and gives the rows of the result after each.</summary>
    public async Task<List<List<string>>> RunAsync(IReadOnlyList<List<(int Table, ChangeBatch Batch)>> epochs)
    {
        var sending = SendAsync(epochs);
        var running = _stages.Select(s => s.RunAsync(CancellationToken.None)).ToArray();
        var results = new List<List<string>>();
        var reader = new EpochReader([_result]);
        while (await reader.ReadAsync(CancellationToken.None) is { } message)
        {
            if (message.Batch is { } batch)
            {
                Collect(batch);
                batch.Dispose();
            }
            else
            {
                results.Add([.. _rows.Where(r => r.Value != 0).Select(r => $"{r.Key} × {r.Value}").Order(StringComparer.Ordinal)]);
            }
        }

        await Task.WhenAll([sending, .. running]);
        _stages.ForEach(s => s.Dispose());
        return results;
    }

    private async Task SendAsync(IReadOnlyList<List<(int Table, ChangeBatch Batch)>> epochs)
    {
        for (var i = 0; i < epochs.Count; i++)
        {
            foreach (var (table, batch) in epochs[i])
            {
                await Source.SendAsync(table, batch, CancellationToken.None);
            }

            await Source.SignalAsync(new EpochEnd(new Epoch(new TestPosition(i), default)), CancellationToken.None);
        }

        Source.Complete();
    }

    private void Add(Plan plan, StageChannel target, int input)
    {
        var outlet = new Outlet();
        outlet.Add(target, input);
        var source = Channel("source");
        var inputs = new List<StageChannel>();
        foreach (var (node, number) in PlanOperators.Inputs(plan).Select((n, i) => (n, i)))
        {
            AddInput(node, number, source, inputs);
        }

        _stages.Add(new Stage(PlanOperators.Create(plan, "stage"), inputs, outlet));
    }

    private void AddInput(Plan plan, int input, StageChannel source, List<StageChannel> inputs)
    {
        if (plan is TablePlan table)
        {
            _tables[table.Table].Add(source, input);
            if (!inputs.Contains(source))
            {
                inputs.Add(source);
            }

            return;
        }

        var channel = Channel("stage");
        inputs.Add(channel);
        Add(plan, channel, input);
    }

    private StageChannel Channel(string name) => new(name, TimeProvider.System, _capacity);

    private void Collect(ChangeBatch batch)
    {
        foreach (var (row, weight) in Cells.FromBatch(batch))
        {
            var key = Cells.Text(row);
            _rows[key] = _rows.GetValueOrDefault(key) + weight;
        }
    }
}
