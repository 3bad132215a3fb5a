using CdcLake.Columnar;

namespace CdcLake.Dataflow;

/// <summary>
/// Where the source's changes go: an <see cref="Outlet"/> for each captured table. A stage that reads several tables gets them on one channel, in the
/// source's order. Signals go to every channel once. Not thread-safe.
/// </summary>
internal sealed class SourceOutlet
{
    private readonly List<Outlet> _tables;
    private StageChannel[] _channels;

    /// <param name="tables">By table number; each complete, no receiver is added later.</param>
    public SourceOutlet(IReadOnlyList<Outlet> tables)
    {
        _tables = [.. tables];
        _channels = [.. tables.SelectMany(t => t.Channels).Distinct()];
    }

    /// <summary>All channels, each once.</summary>
    public IReadOnlyList<StageChannel> Channels => _channels;

    /// <summary>One more table, whose number is the next one.</summary>
    /// <param name="table">Complete; signals from here on go to its channels too.</param>
    public void Add(Outlet table)
    {
        _tables.Add(table);
        _channels = [.. _channels.Union(table.Channels)];
    }

    /// <summary>Nothing more comes from a table: channels that are for it alone are complete.</summary>
    public void Remove(int table)
    {
        var others = _tables.Where((_, i) => i != table).SelectMany(t => t.Channels).ToHashSet();
        foreach (var channel in _tables[table].Channels.Where(c => !others.Contains(c)))
        {
            channel.Complete();
        }

        _tables[table] = new Outlet();
        _channels = [.. _channels.Where(others.Contains)];
    }

    /// <summary>Sends changes of one table; ownership passes.</summary>
    public ValueTask SendAsync(int table, ChangeBatch batch, CancellationToken cancellationToken) => _tables[table].SendAsync(batch, cancellationToken);

    /// <summary>Sends a signal, once on each channel.</summary>
    public async ValueTask SignalAsync(StageSignal signal, CancellationToken cancellationToken)
    {
        foreach (var table in _tables)
        {
            await table.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        foreach (var channel in _channels)
        {
            await channel.WriteAsync(new StageMessage(0, null, signal), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Nothing more will be sent.</summary>
    public void Complete()
    {
        _tables.ForEach(t => t.Drop());
        foreach (var channel in _channels)
        {
            channel.Complete();
        }
    }
}
