using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>
/// Stands before a sink and throws its input away until exactly the position the sink has committed, so that a restart from an earlier
/// state neither loses nor doubles anything.
/// </summary>
internal sealed class SinkGate
{
    private readonly string _sink;
    private readonly bool _startsWithSnapshot;
    private SourcePosition? _committed;

    /// <param name="sink">Name for messages.</param>
    /// <param name="committed">What the sink has; null lets everything pass.</param>
    /// <param name="from">Where the run begins.</param>
    /// <param name="startsWithSnapshot">The first epoch carries the complete result, which replaces what the sink has.</param>
    public SinkGate(string sink, SourcePosition? committed, SourcePosition? from, bool startsWithSnapshot)
    {
        _sink = sink;
        _committed = committed is not null && committed.Equals(from) ? null : committed;
        _startsWithSnapshot = startsWithSnapshot;
    }

    /// <summary>True while input is thrown away.</summary>
    public bool IsSkipping => _committed is not null && !_startsWithSnapshot;

    /// <summary>True when the batch may pass; otherwise it has been disposed.</summary>
    public bool Admit(ChangeBatch batch)
    {
        if (!IsSkipping)
        {
            return true;
        }

        batch.Dispose();
        return false;
    }

    /// <summary>True when the end of this epoch belongs to the sink.</summary>
    /// <exception cref="BinlogUnavailableException">The source does not contain what the sink has committed.</exception>
    public bool Admit(Epoch epoch)
    {
        if (_committed is null || (_startsWithSnapshot && epoch.Position.IsPartial))
        {
            return true;
        }

        if (_startsWithSnapshot)
        {
            if (!epoch.Position.Covers(_committed))
            {
                throw Behind(epoch.Position, _committed);
            }

            _committed = null;
            return true;
        }

        if (epoch.Position.Equals(_committed))
        {
            _committed = null;
            return false;
        }

        if (epoch.Position.Covers(_committed))
        {
            throw new BinlogUnavailableException(
                $"The source passed {epoch.Position} without ever standing at {_committed}, which {_sink} has committed. "
                + "The transactions seem to come in another order than before (another server, or other log files). "
                + "Read from the server or files the table was built from, or write to a new table.");
        }

        return false;
    }

    /// <summary>Called at the end of a finite source.</summary>
    /// <exception cref="BinlogUnavailableException">The source ended before it reached what the sink has committed.</exception>
    public void EnsureReached(SourcePosition? end)
    {
        if (_committed is not null)
        {
            throw Behind(end, _committed);
        }
    }

    private BinlogUnavailableException Behind(SourcePosition? source, SourcePosition committed) =>
        new($"The source ends at {source?.ToString() ?? "its beginning"}, but {_sink} already holds {committed}. "
            + "It is another server, one restored from an older backup, or log files are missing at the end. Nothing was changed. "
            + "Point the pipeline at the complete log, or write to a new table.");
}
