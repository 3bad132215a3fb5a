using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.RowSinks;

/// <summary>The application's sink during one run: sums changes up between commits, and hands them over as objects.</summary>
/// <param name="sink">The application's.</param>
internal sealed class RowSink<[DynamicallyAccessedMembers(RowMembers.Kept)] T>(ISink<T> sink) : ISink, ICommitGroup
{
    private NetRows _rows = null!; // from OpenAsync on, which comes first
    private ResultObjects<T> _objects = null!;
    private SinkOpening _opening = null!;
    private Epoch? _epoch;
    private bool _isComplete;

    public string Name { get; } = sink.Name; // of the sink and of its group

    public bool IsAtomic => false;

    public bool NeedsCompleteResult { get; private set; }

    public SinkBacklog Backlog => new(_rows.Count, _rows.Bytes, _epoch is not null);

    public async Task<IReadOnlyDictionary<string, string>?> OpenAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        _rows = new NetRows(Name, opening.Schema, opening.Key);
        _objects = ResultObjects<T>.OfRows(opening.Schema);
        _opening = opening;
        var position = await CallAsync("OpenAsync", () => sink.OpenAsync(opening.Pipeline, cancellationToken), cancellationToken).ConfigureAwait(false);
        if (position is null)
        {
            return null;
        }

        var text = PositionText.Read(position, Name);
        NeedsCompleteResult = text.NeedsCompleteResult(opening, Name);
        return text.Properties;
    }

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken)
    {
        if (kind == EpochKind.CompleteResult)
        {
            _rows.Clear();
            _isComplete = true;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ChangesAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            _rows.Add(batch);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        _rows.Compact();
        _epoch = epoch;
        return ValueTask.CompletedTask;
    }

    public Task<IPreparedCommit?> PrepareAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IPreparedCommit?>(_epoch is null ? null : new Part(this, _epoch));

    /// <summary>Hands the one part over.</summary>
    public async Task<IReadOnlyList<SinkCommit?>> PublishAsync(IReadOnlyList<IPreparedCommit> parts, CancellationToken cancellationToken)
    {
        var epoch = ((Part)parts[0]).Epoch;
        var counts = new long[3];
        var commit = new SinkCommit<T>(
            PositionText.Of(epoch.Position, _opening), epoch.Position.ToString(), epoch.CommitTime, _isComplete, _rows.Count, Changes(counts));
        await CallAsync<object?>(
            "CommitAsync",
            async () =>
            {
                await sink.CommitAsync(commit, cancellationToken).ConfigureAwait(false);
                return null;
            },
            cancellationToken).ConfigureAwait(false);
        _rows.Clear();
        (_epoch, _isComplete) = (null, false);
        return [new SinkCommit(epoch.Position, epoch.CommitTime, commit.Gtid, counts[(int)ChangeKind.Added] + counts[(int)ChangeKind.Updated], counts[(int)ChangeKind.Removed], TotalRows: -1)];
    }

    public ValueTask DisposeAsync()
    {
        _rows?.Dispose();
        return ValueTask.CompletedTask;
    }

    private IEnumerable<SinkChange<T>> Changes(long[] counts)
    {
        Array.Clear(counts);
        foreach (var (kinds, rows) in _rows.Changes())
        {
            var next = 0;
            foreach (var kind in kinds)
            {
                counts[(int)kind]++;
                var before = kind == ChangeKind.Added ? default : _objects.Make(rows, next++);
                yield return new SinkChange<T>(kind, before, kind == ChangeKind.Removed ? default : _objects.Make(rows, next++));
            }
        }
    }

    private async Task<TResult> CallAsync<TResult>(string method, Func<Task<TResult>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception error) when (error is not CdcLakeException && !(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            var isTransient = error is TimeoutException or IOException or HttpRequestException or DbException { IsTransient: true };
            throw new SinkException(
                $"{Name}: {method} failed with {error.GetType().Name}: {error.Message} "
                + (isTransient ? "It is opened again and asked for its position." : "What it had stored before stays; mend it and start the pipeline again."),
                error) { IsTransient = isTransient };
        }
    }

    private sealed class Part(RowSink<T> sink, Epoch epoch) : IPreparedCommit
    {
        public Epoch Epoch => epoch;

        public ISink Sink => sink;

        public SourcePosition Position => epoch.Position;

        public ICommitGroup Group => sink;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask; // nothing was written
    }
}
