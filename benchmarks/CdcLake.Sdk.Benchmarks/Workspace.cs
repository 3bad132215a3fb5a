using CdcLake.Benchmarks.Logs;

namespace CdcLake.Benchmarks;

/// <summary>A temporary folder with the logs that measurements read, each made when first asked for.</summary>
internal sealed class Workspace : IAsyncDisposable
{
    private string? _insertLog;
    private string? _updateLog;
    private BenchmarkServer? _server;
    private LiveTables? _live;

    public string Folder { get; } = Directory.CreateTempSubdirectory("cdclake-benchmarks-").FullName;

    /// <summary>Inserts only, 3 million rows of sales in transactions of 10,000.</summary>
    public string InsertLog => _insertLog ??= Write("inserts.000001", InsertWorkload);

    public SalesLog InsertWorkload { get; } = new() { Statements = 3_000_000, RowsPerTransaction = 10_000 };

    /// <summary>A million statements on single rows, one in five an update, in transactions of 1,000.</summary>
    public string UpdateLog => _updateLog ??= Write("updates.000001", UpdateWorkload);

    public SalesLog UpdateWorkload { get; } = new() { Statements = 1_000_000, UpdatePercent = 20 };

    /// <summary>A path in the folder where nothing is yet.</summary>
    public string Fresh(string name)
    {
        for (var i = 1; ; i++)
        {
            var path = Path.Combine(Folder, $"{name}-{i}");
            if (!Path.Exists(path))
            {
                return path;
            }
        }
    }

    /// <summary>The MySQL server of the environment with a filled table, or null.</summary>
    public async Task<BenchmarkServer?> ServerAsync() =>
        _server ??= BenchmarkServer.Configured is { } server ? await BenchmarkServer.CreateAsync(server) : null;

    /// <summary>Small tables on the same server that one writer changes, or null.</summary>
    public async Task<LiveTables?> LiveAsync() =>
        _live ??= BenchmarkServer.Configured is { } server ? await LiveTables.CreateAsync(server) : null;

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        if (_live is not null)
        {
            await _live.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    private string Write(string name, SalesLog workload)
    {
        var path = Path.Combine(Folder, name);
        workload.Write(path);
        return path;
    }
}
