using CdcLake.Connectors;
using CdcLake.StarRocks.Ddl;

namespace CdcLake.StarRocks.Commits;

/// <summary>A sink's part of a commit in a cluster.</summary>
internal interface IClusterPart : IPreparedCommit
{
    TableName Table { get; }

    /// <summary>What the position table says of the table until now.</summary>
    PositionRow Row { get; }

    TableLoads Loads { get; }

    CommitRun Run { get; }

    TimeProvider Clock { get; }

    /// <summary>True when there are neither rows nor another position.</summary>
    bool IsEmpty { get; }

    /// <summary>Called once, when rows and position are committed.</summary>
    SinkCommit? Published(PositionRow row);
}

/// <summary>
/// Publishes the tables of one cluster, database by database. From 4.0 on rows and positions of all tables are one transaction. Before that each table has one of its own: first the
/// position table says under which label it is about to be committed and what it then stands for, so that whoever comes later finds out by the label; then it is committed; then the
/// position table says that it was. One object for each cluster object; safe for concurrent use by different pipelines.
/// </summary>
internal sealed class ClusterCommitGroup(ClusterConnection connection) : ICommitGroup
{
    private readonly Dictionary<(string Pipeline, string Database), CommitRun> _runs = [];
    private bool _commitsTogether;

    public ClusterConnection Connection => connection;

    public string Name => $"starrocks({connection.Frontend.Peer})";

    /// <summary>Known once a sink was opened; holds for tables of one database.</summary>
    public bool IsAtomic => _commitsTogether;

    /// <summary>The run that a sink belongs to; the first one of a run makes it.</summary>
    public CommitRun Enter(string pipeline, string database, ServerVersion version, TimeProvider clock)
    {
        lock (_runs)
        {
            _commitsTogether = version.CommitsTogether;
            if (!_runs.TryGetValue((pipeline, database), out var run) || run.IsOver)
            {
                _runs[(pipeline, database)] = run = new CommitRun(connection, pipeline, database, clock);
            }

            run.Sinks++;
            return run;
        }
    }

    /// <summary>A sink is done; after the last one nothing stays open.</summary>
    public ValueTask LeaveAsync(string pipeline, string database, CommitRun run)
    {
        lock (_runs)
        {
            if (--run.Sinks == 0 && _runs.TryGetValue((pipeline, database), out var current) && current == run)
            {
                _runs.Remove((pipeline, database));
            }

            return _runs.Count == 0 ? connection.Frontend.RestAsync() : ValueTask.CompletedTask;
        }
    }

    public async Task<IReadOnlyList<SinkCommit?>> PublishAsync(IReadOnlyList<IPreparedCommit> parts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested(); // the last moment: once the cluster is asked, the answer is waited for
        var commits = new SinkCommit?[parts.Count];
        foreach (var some in parts.Cast<IClusterPart>().Select((part, i) => (Part: part, Index: i)).GroupBy(p => p.Part.Table.Database))
        {
            var mine = some.ToList();
            var rows = await PublishAsync(some.Key, [.. mine.Select(p => p.Part)]).ConfigureAwait(false);
            for (var i = 0; i < mine.Count; i++)
            {
                commits[mine[i].Index] = mine[i].Part.Published(rows[i]);
            }
        }

        return commits;
    }

    private async Task<IReadOnlyList<PositionRow>> PublishAsync(string database, IReadOnlyList<IClusterPart> parts)
    {
        if (parts.All(p => p.IsEmpty))
        {
            return [.. parts.Select(p => p.Row)];
        }

        var run = parts[0].Run;
        var positions = new PositionTable(connection, database);
        var rows = parts.Select(p => Committed(p, run.Number + 1)).ToList();
        if (_commitsTogether)
        {
            await run.AddAsync(positions.Piece(rows), CancellationToken.None).ConfigureAwait(false);
        }

        // What is open now is aborted by whoever takes the tables over from here on.
        await positions.RequireOwnAsync(parts[0].Row.Pipeline, run.Token, parts.Select(p => p.Table), CancellationToken.None).ConfigureAwait(false);
        if (!_commitsTogether)
        {
            return await OneByOneAsync(positions, parts).ConfigureAwait(false);
        }

        await run.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        return rows;
    }

    private async Task<IReadOnlyList<PositionRow>> OneByOneAsync(PositionTable positions, IReadOnlyList<IClusterPart> parts)
    {
        var labels = new Labels(connection, parts[0].Clock);
        var done = parts.Select(p => Committed(p, p.Row.Number + 1)).ToList();
        var begun = parts.Select((part, i) => part.Loads.Label is { } label
            ? done[i] with { Position = part.Row.Position, PendingLabel = label, PendingPosition = done[i].Position }
            : done[i]).ToList();
        var name = $"{parts[0].Run.Token}/{positions.Name}";
        var number = done.Max(r => r.Number);
        using var announcement = await positions.NewerPieceAsync(begun, CancellationToken.None).ConfigureAwait(false);
        await labels.LoadAsync(announcement, Labels.Of(name, number, parts[0].Run.Token, 'b'), CancellationToken.None).ConfigureAwait(false);
        if (begun.All(b => b.PendingLabel is null))
        {
            return done;
        }

        foreach (var part in parts)
        {
            await part.Loads.CommitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        using var report = await positions.NewerPieceAsync(done, CancellationToken.None).ConfigureAwait(false);
        await labels.LoadAsync(report, Labels.Of(name, number, parts[0].Run.Token, 'e'), CancellationToken.None).ConfigureAwait(false);
        return done;
    }

    private static PositionRow Committed(IClusterPart part, long number) =>
        part.Row with { Number = number, Run = part.Run.Token, Position = part.Position.Properties, PendingLabel = null, PendingPosition = null, WrittenAt = part.Clock.GetUtcNow() };
}
