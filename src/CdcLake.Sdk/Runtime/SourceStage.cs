using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;

namespace CdcLake.Runtime;

/// <summary>
/// Receives what the source pushes and sends it on in pieces of whole epochs where they are small, so that a cancelled source leaves no
/// half epoch behind in the operators; only an epoch larger than <see cref="MaxHeldRows"/> goes on in parts.
/// </summary>
internal sealed class SourceStage : ISourceOutput
{
    /// <summary>Rows held back at most while their epoch is open.</summary>
    public const int MaxHeldRows = 262_144;

    private readonly StageChannel<SourceMessage> _output;
    private readonly StatusBoard _status;
    private List<TableChanges> _held = [];
    private int _heldRows;

    public SourceStage(StageChannel<SourceMessage> output, StatusBoard status)
    {
        _output = output;
        _status = status;
    }

    public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken)
    {
        _status.Changes(batch.Count);
        _held.Add(new TableChanges(table, batch));
        _heldRows += batch.Count;
        return _heldRows >= MaxHeldRows ? SendAsync(null, cancellationToken) : ValueTask.CompletedTask;
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => SendAsync(epoch, cancellationToken);

    public void Report(SourceProgress progress) => _status.Source(progress);

    /// <summary>Disposes what an unfinished epoch left behind.</summary>
    public void DropUnfinished()
    {
        foreach (var changes in _held)
        {
            changes.Batch.Dispose();
        }

        _held.Clear();
    }

    private async ValueTask SendAsync(Epoch? epoch, CancellationToken cancellationToken)
    {
        var message = new SourceMessage(_held, epoch);
        _held = [];
        _heldRows = 0;
        await _output.WriteAsync(message, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Changes of one table; whoever holds it owns the batch.</summary>
internal readonly record struct TableChanges(int Table, ChangeBatch Batch);

/// <summary>What goes from the source to the operators: changes in commit order, then, unless more of the same epoch follows, its end.</summary>
internal sealed record SourceMessage(List<TableChanges> Changes, Epoch? Epoch);
