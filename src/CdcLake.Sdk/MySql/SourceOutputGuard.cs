using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.MySql;

/// <summary>
/// Stands between the log and the consumer. Remembers that the consumer failed, so that its errors are never taken for those of the connection and
/// retried; and sees to it that every position at which a sink has committed comes by as the end of an epoch.
/// </summary>
internal sealed class SourceOutputGuard(ISourceOutput inner, IEnumerable<SourcePosition> boundaries) : ISourceOutput
{
    private readonly List<SourcePosition> _boundaries = [.. boundaries];
    private bool _follows;

    /// <summary>True once a call of the consumer threw.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Forgets the boundaries that a starting position already includes.</summary>
    /// <exception cref="BinlogUnavailableException">One neither lies before nor behind it.</exception>
    public void StartAt(SourcePosition position)
    {
        _follows = true;
        _boundaries.RemoveAll(position.Covers);
        if (_boundaries.Find(b => !b.Covers(position)) is { } stray)
        {
            throw Missed(stray, position);
        }
    }

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => GuardAsync(inner.BeginEpochAsync(kind, cancellationToken));

    public ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken) =>
        GuardAsync(inner.ChangesAsync(table, batch, cancellationToken));

    public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) => GuardAsync(inner.TableChangedAsync(change, cancellationToken));

    /// <exception cref="BinlogUnavailableException">A boundary was passed without having been met.</exception>
    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        // A snapshot replaces whatever sinks have committed before it; StartAt follows.
        if (_follows && _boundaries.Count > 0)
        {
            _boundaries.RemoveAll(epoch.Position.Equals);
            if (_boundaries.Find(epoch.Position.Covers) is { } passed)
            {
                throw Missed(passed, epoch.Position);
            }
        }

        return GuardAsync(inner.EndEpochAsync(epoch, cancellationToken));
    }

    public void Await(int missingTables) => inner.Await(missingTables);

    public void Report(SourceProgress progress) => inner.Report(progress);

    private async ValueTask GuardAsync(ValueTask call)
    {
        try
        {
            await call.ConfigureAwait(false);
        }
        catch
        {
            HasFailed = true;
            throw;
        }
    }

    private static BinlogUnavailableException Missed(SourcePosition boundary, SourcePosition at) => new(
        $"A sink has committed at {boundary}, but the log passes from before it to {at} without being exactly there: this server's log has the transactions in another "
        + "order than the one the sink was fed from. Connect to the server used before, or start with an empty target and without checkpoint, which takes a new snapshot.");
}
