using System.Globalization;
using CdcLake.Connectors;
using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>An initial snapshot whose rows come from replicas of the tables, at the GTID set that these stand for; the log is followed from there.</summary>
/// <param name="replicas">Where the rows are.</param>
/// <param name="start">What is wanted.</param>
/// <param name="output">Takes the rows.</param>
internal sealed class ReplicaSnapshot(IInitialRows replicas, SourceStart start, ISourceOutput output) : IAsyncDisposable
{
    private const int RowsPerReport = 100_000;
    private readonly SnapshotOutput _output = new(output, null, null);
    private IInitialTables? _tables;

    /// <summary>True once rows may have been pushed: from then on the snapshot cannot be begun again into the same output.</summary>
    public bool HasBegun => _output.HasBegun;

    /// <summary>Finds out at which position there are rows of all tables.</summary>
    /// <returns>That position; null where a target shows more than that, so that the rows have to be newer.</returns>
    /// <exception cref="CdcLakeException">There is none, or a replica is none.</exception>
    public async Task<MySqlPosition?> OpenAsync(CancellationToken cancellationToken)
    {
        output.Report(new SourceProgress(SourcePhase.Snapshot, $"looking for a GTID set of {replicas.Name}"));
        _tables = await replicas.OpenAsync(start.Tables, cancellationToken).ConfigureAwait(false);
        var position = MySqlPosition.Parse(_tables.Position);
        return start.Boundaries.All(position.Covers) ? position : null;
    }

    /// <summary>Pushes all rows as the first epoch.</summary>
    public async Task RunAsync(MySqlPosition position, CancellationToken cancellationToken)
    {
        var progress = start.Meter.BeginSnapshot(start.Tables.Select((t, i) => (t.Table.Name, _tables!.EstimatedRows(i))));
        for (var table = 0; table < start.Tables.Count; table++)
        {
            await ReadAsync(table, progress.Tables[table], cancellationToken).ConfigureAwait(false);
        }

        progress.End();
        await _output.EndAsync(position, _tables!.Time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The error when the server has not the log from that position on any more.</summary>
    public BinlogUnavailableException Purged(MySqlPosition position, BinlogUnavailableException error) => new(
        $"The pipeline was to begin with the rows of {replicas.Name} at {position}, but {error.Message} A replica that is written again stands where the log is still there; or begin with "
        + "MySqlStart.Snapshot.", error) { IsPurged = true };

    public async ValueTask DisposeAsync()
    {
        _output.Dispose();
        if (_tables is not null && await _tables.ReleaseAsync().ConfigureAwait(false) is { } left)
        {
            output.Report(new SourceProgress(SourcePhase.Snapshot, left));
        }
    }

    private async Task ReadAsync(int table, SnapshotMeter.TableMeter meter, CancellationToken cancellationToken)
    {
        meter.Begin();
        await foreach (var batch in _tables!.ReadAsync(table, cancellationToken).ConfigureAwait(false))
        {
            var (before, rows) = (meter.Rows, batch.Count);
            await _output.PushAsync(table, batch, cancellationToken).ConfigureAwait(false);
            meter.Read(rows);
            if ((before + rows) / RowsPerReport != before / RowsPerReport)
            {
                output.Report(new SourceProgress(SourcePhase.Snapshot, string.Create(CultureInfo.InvariantCulture, $"{meter.Name} from its replica: {meter.Rows:N0} rows")));
            }
        }

        meter.End();
    }
}
