using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Dialects;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.Tests.Shared;

/// <summary>A live source at work on some tables; disposing cancels it and passes on its error.</summary>
internal sealed class SourceRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _run;

    private SourceRun(TableContents contents, IReadOnlyList<TableCapture> captures, Func<CancellationToken, Task> run)
    {
        Contents = contents;
        Captures = captures;
        _run = run(_stop.Token);
    }

    public TableContents Contents { get; }

    public IReadOnlyList<TableCapture> Captures { get; }

    /// <summary>The source's task, to wait for its failure.</summary>
    public Task Completion => _run;

    /// <summary>Captures some columns of the tables, or every one except those of no supported type.</summary>
    public static async Task<SourceRun> StartAsync(
        MySqlConnectionOptions options,
        string pipeline,
        IReadOnlyList<string> tables,
        SourcePosition? from = null,
        IReadOnlyList<SourcePosition>? boundaries = null,
        TableContents? contents = null,
        MySqlSourceOptions? settings = null,
        Func<Task>? beforeRun = null,
        Func<SourceTable, IEnumerable<int>>? columns = null)
    {
        var source = new MySqlBinlogSource(options, pipeline, settings ?? new MySqlSourceOptions(), TimeProvider.System);
        var described = await source.DescribeAsync(tables, default);
        var captures = described.Take(tables.Count)
            .Select(t => TableCapture.Of(t, [.. columns?.Invoke(t) ?? Enumerable.Range(0, t.Schema.Count).Where(c => !t.Unsupported.ContainsKey(c))]))
            .ToList();
        contents ??= new TableContents(tables.Count);
        if (beforeRun is not null)
        {
            await beforeRun();
        }

        var start = new SourceStart(captures, from, boundaries ?? [], EpochLimits.Default);
        return new SourceRun(contents, captures, token => source.RunAsync(start, contents, token));
    }

    /// <summary>The server's position now: everything committed before the call is in it.</summary>
    public static async Task<MySqlPosition> PositionAsync(ServerSession connection) =>
        new((await ServerDialects.Of(connection).ReadSetsAsync(connection, default)).Executed);

    /// <summary>Waits until the source has reported something; fails with the source's error if that comes first.</summary>
    public async Task WaitForProgressAsync(Func<SourceProgress, bool> condition, int count = 1)
    {
        var reached = Contents.WaitForProgressAsync(condition, count);
        if (await Task.WhenAny(reached, _run).WaitAsync(TimeSpan.FromSeconds(60)) == _run)
        {
            await _run;
        }
    }

    /// <summary>Waits until the contents include a position; fails with the source's error if that comes first.</summary>
    public async Task ReachAsync(SourcePosition position)
    {
        var reached = Contents.ReachAsync(position);
        await WaitAsync(reached);
        await reached;
    }

    /// <summary>Waits until the first epoch has ended.</summary>
    public async Task WaitForFirstEpochAsync()
    {
        await WaitAsync(Contents.ReachAsync(_ => true));
    }

    private async Task WaitAsync(Task reached)
    {
        try
        {
            if (await Task.WhenAny(reached, _run).WaitAsync(TimeSpan.FromSeconds(60)) == _run)
            {
                await _run;
            }
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"The contents are at {Contents.Position?.ToString() ?? "no position"}; the source said last: {(Contents.Progress.Count == 0 ? "nothing" : Contents.Progress[^1])}", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _run.WaitAsync(TimeSpan.FromSeconds(10));
        }
        catch (OperationCanceledException)
        {
            // As asked for.
        }
        finally
        {
            _stop.Dispose();
        }
    }
}
