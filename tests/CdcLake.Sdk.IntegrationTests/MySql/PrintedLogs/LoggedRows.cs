using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.MySql.PrintedLogs;

/// <summary>Keeps every row that a source gives, per table, in its order.</summary>
internal sealed class LoggedRows(int tables) : ISourceOutput
{
    /// <summary>By table: weight and values.</summary>
    public List<(int Weight, string[] Values)>[] Tables { get; } = [.. Enumerable.Range(0, tables).Select(_ => new List<(int, string[])>())];

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) => throw new InvalidOperationException($"Not expected here: {change.Kind} of table {change.Table}.");

    public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            for (var row = 0; row < batch.Count; row++)
            {
                Tables[table].Add((batch.Weights[row], [.. Enumerable.Range(0, batch.Columns.Length).Select(c => TableContents.ValueText(batch[c], row))]));
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public void Report(SourceProgress progress)
    {
    }
}
