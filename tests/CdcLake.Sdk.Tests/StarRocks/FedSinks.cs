using CdcLake.Connectors;
using CdcLake.Tests.Properties;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>Sinks that a test feeds itself, one after the other, all with the same changes: the order of their requests is certain, and what happens between two steps is the test's.</summary>
internal sealed class FedSinks : IAsyncDisposable
{
    private readonly List<ISink> _sinks = [];
    private readonly SinkOpening _opening;

    private FedSinks(SinkOpening opening) => _opening = opening;

    public IReadOnlyList<ISink> Sinks => _sinks;

    public static async Task<FedSinks> OpenAsync(SinkOpening opening, params IReadOnlyList<ISinkTarget> targets)
    {
        var fed = new FedSinks(opening);
        try
        {
            foreach (var target in targets)
            {
                fed._sinks.Add(target.CreateSink());
                await fed._sinks[^1].OpenAsync(opening, default);
            }

            return fed;
        }
        catch
        {
            await fed.DisposeAsync();
            throw;
        }
    }

    public async Task BeginAsync(EpochKind kind = EpochKind.Changes)
    {
        foreach (var sink in _sinks)
        {
            await sink.BeginEpochAsync(kind, default);
        }
    }

    public async Task ChangesAsync(params (object?[] Row, int Weight)[] changes)
    {
        foreach (var sink in _sinks)
        {
            await sink.ChangesAsync(Cells.ToBatch(_opening.Schema, changes), default);
        }
    }

    public async Task EndAsync(int position, EpochKind kind = EpochKind.Changes)
    {
        foreach (var sink in _sinks)
        {
            await sink.EndEpochAsync(new Epoch(new TestPosition(position), DateTimeOffset.UnixEpoch, kind), default);
        }
    }

    /// <summary>Prepares all, and publishes them together.</summary>
    public async Task<IReadOnlyList<SinkCommit?>> PublishAsync()
    {
        var parts = new List<IPreparedCommit>();
        try
        {
            foreach (var sink in _sinks)
            {
                parts.Add((await sink.PrepareAsync(default))!);
            }

            return await parts[0].Group.PublishAsync(parts, default);
        }
        finally
        {
            foreach (var part in parts)
            {
                await part.DisposeAsync();
            }
        }
    }

    /// <summary>A whole epoch, and its commit.</summary>
    public async Task CommitAsync(int position, EpochKind kind, params (object?[] Row, int Weight)[] changes)
    {
        await BeginAsync(kind);
        await ChangesAsync(changes);
        await EndAsync(position, kind);
        Assert.All(await PublishAsync(), c => Assert.NotNull(c));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var sink in _sinks)
        {
            await sink.DisposeAsync();
        }
    }
}
