using CdcLake.Columnar;
using CdcLake.Planning.Binding;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Planning.Rewriting;

/// <summary>Runs a bound plan of one sink, and keeps what that would hold.</summary>
internal sealed class ResultRunner : IDisposable
{
    private readonly BoundPlanRunner _plan;
    private readonly Dictionary<string, int> _rows = new(StringComparer.Ordinal);

    public ResultRunner(BoundPlan plan) => _plan = new BoundPlanRunner(plan, Collect);

    public IEnumerable<string> Rows => _rows.Where(r => r.Value != 0).Select(r => $"{r.Key} × {r.Value}").Order(StringComparer.Ordinal);

    /// <inheritdoc cref="BoundPlanRunner.StateBytes"/>
    public long StateBytes => _plan.StateBytes;

    /// <param name="table">Its qualified name; one that the plan does not read is passed over.</param>
    /// <param name="changes">Whole rows of it.</param>
    public void Push(string table, IReadOnlyList<(object?[] Row, int Weight)> changes)
    {
        if (_plan.Capture(table) is { } capture)
        {
            _plan.Push(table, Cells.ToBatch(capture.Schema, changes.Select(c => (capture.Columns.Select(i => c.Row[i]).ToArray(), c.Weight))));
        }
    }

    public void EndEpoch() => _plan.EndEpoch();

    public void Dispose() => _plan.Dispose();

    private void Collect(ChangeBatch batch)
    {
        foreach (var (row, weight) in Cells.FromBatch(batch))
        {
            var text = Cells.Text(row);
            _rows[text] = _rows.GetValueOrDefault(text) + weight;
        }
    }
}
