using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>Publishes the prepared parts of one commit, group by group in the order of the sinks, and tells everybody who waits for it.</summary>
internal sealed class CommitPublisher
{
    private readonly PipelineOptions _options;
    private readonly StatusBoard _status;
    private readonly PositionBoard _positions;

    /// <param name="options">The user's callback, and how long a publication may take once the run is being ended.</param>
    /// <param name="status">Where commits are shown.</param>
    /// <param name="positions">Where positions are noted.</param>
    public CommitPublisher(PipelineOptions options, StatusBoard status, PositionBoard positions)
    {
        _options = options;
        _status = status;
        _positions = positions;
    }

    /// <summary>Called before anything is published; throws when this instance may not.</summary>
    public Action Fence { get; init; } = () => { };

    /// <summary>Called once when a complete result was published.</summary>
    public Func<Task>? Replaced { get; set; }

    /// <summary>
    /// Publishes all parts or, where one fails, as many groups as came before it; the rest is abandoned. Positions, status and callbacks speak of what was published,
    /// after the last group, so that a callback that throws cannot leave one table behind the other.
    /// </summary>
    /// <param name="members">The sinks that take part, those that had nothing to prepare too.</param>
    /// <param name="parts">What the sinks have prepared, in their order; disposed here in any case.</param>
    /// <param name="position">What every durable sink includes afterwards.</param>
    /// <param name="began">When the first sink began with its part, by the clock's timestamp.</param>
    /// <param name="abort">
    /// Cancelled before the first group, nothing is published. Later it only limits the time, to the drain timeout: the other groups would otherwise be left at an
    /// earlier position because something else failed.
    /// </param>
    /// <returns>What was published, by sink: the target's own name of it.</returns>
    public async Task<IReadOnlyDictionary<ISink, string>> PublishAsync(
        IReadOnlyList<RunSink> members, IReadOnlyList<IPreparedCommit> parts, SourcePosition position, long began, CancellationToken abort)
    {
        var published = new List<(ISink Sink, SinkCommit Commit)>();
        try
        {
            abort.ThrowIfCancellationRequested();
            Fence();
            using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _options.TimeProvider);
            await using var aborting = abort.Register(() => patience.CancelAfter(_options.DrainTimeout)).ConfigureAwait(false);
            foreach (var group in parts.GroupBy(p => p.Group, ReferenceEqualityComparer.Instance))
            {
                await PublishAsync((ICommitGroup)group.Key!, [.. group], published, patience.Token).ConfigureAwait(false);
            }

            foreach (var member in members)
            {
                _positions.Shows(member.Number, position);
            }

            if (Replaced is { } replaced && parts.Count > 0 && !position.IsPartial)
            {
                Replaced = null;
                await replaced().ConfigureAwait(false);
            }

            return published.ToDictionary(p => p.Sink, p => p.Commit.Id);
        }
        finally
        {
            foreach (var part in parts)
            {
                await part.DisposeAsync().ConfigureAwait(false);
            }

            Tell(members, published, began);
        }
    }

    private static async Task PublishAsync(
        ICommitGroup group, IReadOnlyList<IPreparedCommit> parts, List<(ISink Sink, SinkCommit Commit)> published, CancellationToken cancellationToken)
    {
        try
        {
            var commits = await group.PublishAsync(parts, cancellationToken).ConfigureAwait(false);
            foreach (var (part, commit) in parts.Zip(commits))
            {
                if (commit is not null)
                {
                    published.Add((part.Sink, commit));
                }
            }
        }
        catch (CdcLakeException error)
        {
            error.Stage ??= parts.Count == 1 ? parts[0].Sink.Name : group.Name;
            throw;
        }
    }

    private void Tell(IReadOnlyList<RunSink> members, List<(ISink Sink, SinkCommit Commit)> published, long began)
    {
        var told = new List<PipelineCommit>();
        foreach (var (sink, commit) in published)
        {
            var index = members.First(m => ReferenceEquals(m.Sink, sink)).Number;
            told.Add(_status.Committed(index, commit, _options.TimeProvider.GetElapsedTime(began)));
            _positions.Shows(index, commit.Position);
        }

        foreach (var commit in told)
        {
            _options.OnCommit?.Invoke(commit);
        }
    }
}
