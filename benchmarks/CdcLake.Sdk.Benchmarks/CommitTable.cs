using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.MySql;
using CdcLake.MySql.Gtids;
using CdcLake.Storage;

namespace CdcLake.Benchmarks;

/// <summary>A table that one sink commits small updates to, with what the last commits cost.</summary>
internal sealed class CommitTable : IAsyncDisposable
{
    private const int UpdatedRows = 10;
    private const int Window = 50;
    private const int UpkeepWindow = 1_000;
    private static readonly TableIdentifier Name = TableIdentifier.Parse("demo.sales");

    private readonly SalesLog _workload;
    private readonly string _folder;
    private readonly FileSystemCatalog _catalog;
    private readonly IcebergSink _sink;
    private readonly Dictionary<long, int> _versions = [];
    private readonly Queue<Cost> _costs = new();
    private readonly Queue<Cost> _upkeep = new();
    private readonly Random _random = new(7);
    private readonly int _updated;
    private int _transaction;

    private CommitTable(Workspace work, IcebergSinkSettings settings, int updated, TimeProvider clock)
    {
        _workload = work.InsertWorkload;
        _folder = work.Fresh("commits");
        _updated = updated;
        _catalog = new FileSystemCatalog(new LocalObjectStore(_folder, TimeProvider.System), clock);
        _sink = new IcebergSink(new CatalogCommitGroup(_catalog), Name, settings);
    }

    /// <param name="work">Where the table is made.</param>
    /// <param name="settings">How the sink writes.</param>
    /// <param name="rows">Rows of each load.</param>
    /// <param name="updated">Rows, from the first on, that updates meet.</param>
    /// <param name="loads">Commits that fill the table, each with files of its own.</param>
    public static async Task<CommitTable> OpenAsync(Workspace work, IcebergSinkSettings settings, int rows, int updated, int loads = 1)
    {
        var clock = new SecondClock();
        var table = new CommitTable(work, settings, updated, clock);
        await table._sink.OpenAsync(new SinkOpening("benchmark", SalesTables.Sales, [0], clock), CancellationToken.None);
        for (var load = 0; load < loads; load++)
        {
            await table.CommitAsync(SalesTables.Inserts(table._workload, rows, firstId: 1 + ((long)load * rows)));
        }

        return table;
    }

    /// <summary>One commit of ten updates.</summary>
    public async Task UpdateAsync()
    {
        var batch = new ChangeBatch(SalesTables.Sales);
        for (var n = 0; n < UpdatedRows; n++)
        {
            var id = 1 + _random.NextInt64(_updated);
            var version = _versions.GetValueOrDefault(id);
            SalesTables.Append(batch, _workload.Sale(id, version), -1);
            SalesTables.Append(batch, _workload.Sale(id, _versions[id] = version + 1), 1);
        }

        var before = Cost.Now();
        await CommitAsync([batch]);
        _costs.Enqueue(Cost.Now() - before);
        if (_costs.Count > Window)
        {
            _costs.Dequeue();
        }
    }

    /// <summary>Pieces of maintenance that were done.</summary>
    public int Pieces { get; private set; }

    /// <summary>All maintenance that is worth it; it counts for the commit before it.</summary>
    public async Task MaintainAsync()
    {
        var before = Cost.Now();
        Pieces += await _sink.MaintainNowAsync(CancellationToken.None);
        _upkeep.Enqueue(Cost.Now() - before);
        if (_upkeep.Count > UpkeepWindow)
        {
            _upkeep.Dequeue();
        }
    }

    /// <summary>What the last commits cost on average, now and then heavier ones included, and how large everything is.</summary>
    public async Task<CommitPoint> MeasureAsync()
    {
        var table = (await _catalog.LoadAsync(Name, CancellationToken.None))!;
        var files = _sink.Version!.Files;
        return new CommitPoint(
            new Cost(_costs.Average(c => c.Cpu), _costs.Average(c => c.Wall), (long)_costs.Average(c => c.Allocated)),
            new FileInfo(new Uri(table.MetadataLocation).LocalPath).Length,
            Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Count(),
            GC.GetTotalMemory(forceFullCollection: true),
            files.Entries(ManifestContent.Data).Count(),
            files.Entries(ManifestContent.Deletes).Count(),
            files.Manifests.Count,
            _upkeep.Count == 0 ? default : new Cost(_upkeep.Average(c => c.Cpu), _upkeep.Average(c => c.Wall), (long)_upkeep.Average(c => c.Allocated)));
    }

    public async ValueTask DisposeAsync()
    {
        await _sink.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task CommitAsync(List<ChangeBatch> batches)
    {
        await _sink.BeginEpochAsync(EpochKind.Changes, CancellationToken.None);
        foreach (var batch in batches)
        {
            await _sink.ChangesAsync(batch, CancellationToken.None);
        }

        var position = new MySqlPosition(GtidSet.Parse($"11111111-2222-3333-4444-555555555555:1-{++_transaction}"));
        await _sink.EndEpochAsync(new Epoch(position, DateTimeOffset.UnixEpoch), CancellationToken.None);
        await using var prepared = await _sink.PrepareAsync(CancellationToken.None);
        await prepared!.Group.PublishAsync([prepared], CancellationToken.None);
    }

    /// <summary>A second passes with each question.</summary>
    private sealed class SecondClock : TimeProvider
    {
        private DateTimeOffset _now = TimeProvider.System.GetUtcNow();

        public override DateTimeOffset GetUtcNow() => _now += TimeSpan.FromSeconds(1);
    }
}

/// <summary>A table at one moment.</summary>
/// <param name="Cost">Of a commit, on average over the last fifty.</param>
/// <param name="MetadataBytes">Bytes of the current metadata file.</param>
/// <param name="Files">Files below the table's folder.</param>
/// <param name="Memory">Bytes on the managed heap after a collection.</param>
/// <param name="DataFiles">Live data files.</param>
/// <param name="DeleteFiles">Live delete files.</param>
/// <param name="Manifests">Manifests with live files.</param>
/// <param name="Upkeep">Of the maintenance after a commit, on average over the last thousand.</param>
internal sealed record CommitPoint(Cost Cost, long MetadataBytes, int Files, long Memory, int DataFiles, int DeleteFiles, int Manifests, Cost Upkeep);
