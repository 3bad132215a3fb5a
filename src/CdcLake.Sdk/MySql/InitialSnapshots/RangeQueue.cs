using CdcLake.Common;

namespace CdcLake.MySql.InitialSnapshots;

// One large table is the usual case, so several readers share it: each takes a range of so many rows off what is left, whose end the server finds by walking over its index (some ten million
// rows in a second, a tenth of what reading them costs it). So nothing has to be known of keys and how they are spread, the first reader begins at once, and whoever is slow takes less.

/// <summary>Hands out what is still to be read of several tables, in their order.</summary>
/// <param name="tables">The tables.</param>
/// <param name="estimates">How many rows each of them has, as far as the server knows; null where it does not.</param>
/// <param name="readers">How many read at the same time.</param>
/// <param name="smallest">The fewest rows of a range; a table that has less than two of these is not shared.</param>
internal sealed class RangeQueue(IReadOnlyList<TableReading> tables, IReadOnlyList<long?> estimates, int readers, int smallest)
{
    private const int LargestRange = 1 << 19;
    private const int RangesOfReader = 8; // the last ones end at different times, so a fraction of the whole is what a reader may be alone with
    private readonly AsyncLock _turn = new();

    /// <summary>True when a table is shared. Not by two: one and the server keep two processors busy, and two were slower by a fifth there.</summary>
    public static bool IsShared(long? estimate, int smallest, int readers) => readers > 2 && estimate >= 2L * smallest;

    /// <summary>A table of which something is still to be read by somebody.</summary>
    /// <param name="avoided">This one only when there is no other; −1 for none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Its number; null when there is none.</returns>
    public async ValueTask<int?> FindTableAsync(int avoided, CancellationToken cancellationToken)
    {
        using var turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        int? found = null;
        for (var i = 0; i < tables.Count && (found is null || found == avoided); i++)
        {
            found = tables[i].Open is not null ? i : found;
        }

        return found;
    }

    /// <summary>Takes the next range of a table.</summary>
    /// <param name="index">The number of the table.</param>
    /// <param name="view">Holds the table; finds out where the range ends.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Null when others read all that is left.</returns>
    public async ValueTask<TableRange?> TakeAsync(int index, SnapshotView view, CancellationToken cancellationToken)
    {
        using var turn = await _turn.EnterAsync(cancellationToken).ConfigureAwait(false);
        var reading = tables[index];
        if (reading.Open is not { } open)
        {
            return null;
        }

        var isShared = reading.Order is not null && IsShared(estimates[index], smallest, readers);
        return reading.Take(open, isShared ? await FindEndAsync(reading, open, RowsOf(estimates[index]!.Value), view, cancellationToken).ConfigureAwait(false) : null);
    }

    private long RowsOf(long estimate) => Math.Max(smallest, Math.Min(LargestRange, estimate / (RangesOfReader * readers)));

    // Null when there are not so many rows left.
    private static async Task<IReadOnlyList<string>?> FindEndAsync(TableReading reading, TableRange open, long rows, SnapshotView view, CancellationToken cancellationToken)
    {
        var (table, order) = (reading.Table, reading.Order!);
        var statement = await view.BeginReadAsync(table, $"{table.SelectOf(table.KeyOnly)} {order.Clause(open.From, open.UpTo)} LIMIT 1 OFFSET {rows - 1}", cancellationToken).ConfigureAwait(false);
        var decoder = new SnapshotRowDecoder(table.Definition.Name, [.. table.KeyOnly.Columns.Select(c => table.Definition.Columns[c])]);
        IReadOnlyList<string>? end = null;
        while (!view.Connection.IsAtEnd)
        {
            using var batch = await decoder.ReadBatchAsync(view.Connection, table.KeyOnly.Schema, cancellationToken).ConfigureAwait(false);
            end = batch.Count > 0 ? order.PointOfKey(batch, 0) : end;
        }

        await view.EndReadAsync(statement, cancellationToken).ConfigureAwait(false);
        return end;
    }
}
