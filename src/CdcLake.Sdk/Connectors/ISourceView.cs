using CdcLake.Columnar;

namespace CdcLake.Connectors;

/// <summary>The rows of tables at one moment, to be compared with what a target has. Whoever opened it disposes it. Not thread-safe.</summary>
internal interface ISourceView : IAsyncDisposable
{
    /// <summary>Keys that changed between the position it was opened with and its moment: of these nothing can be said.</summary>
    long Changed(int table);

    /// <summary>All other rows of a table, as often as is wanted. Each batch belongs to the caller, who disposes it.</summary>
    IAsyncEnumerable<ChangeBatch> ReadAsync(int table, CancellationToken cancellationToken);

    /// <summary>Takes the rows of such keys out of a target's batch, which has the same columns, stored alike.</summary>
    /// <param name="table">Number of the table.</param>
    /// <param name="rows">Belongs to the view from here on.</param>
    /// <returns>Belongs to the caller.</returns>
    ChangeBatch WithoutChanged(int table, ChangeBatch rows);
}
