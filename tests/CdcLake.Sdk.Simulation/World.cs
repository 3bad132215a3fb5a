using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.Iceberg.Transactions;
using CdcLake.MySql;
using CdcLake.Runtime;
using CdcLake.Simulation.Scheduling;
using CdcLake.Simulation.Servers;
using CdcLake.Simulation.Servers.StarRocks;
using CdcLake.Simulation.Shop;
using CdcLake.StarRocks;
using CdcLake.Testing.Lake;
using CdcLake.Testing.Rest;

namespace CdcLake.Simulation;

/// <summary>One run: servers that last, processes that come and go, an application that writes, and somebody who looks after each commit. All of it follows from the seed.</summary>
internal sealed class World
{
    private const long MostSteps = 200_000;
    private static readonly Uri Catalog = new("http://catalog.invalid/");

    private readonly Mutation _mutation;
    private readonly Scheduler _scheduler;
    private readonly Random _random;
    private readonly Random _redefinitions;
    private readonly Server _server;
    private readonly ShopTables _tables = new();
    private readonly ShopModel _model;
    private readonly MemoryObjectStore _lake;
    private readonly MemoryObjectStore _checkpoints;
    private readonly RestCatalogHandler _rest;
    private readonly Pipeline _pipeline;
    private readonly StarRocksServer? _cluster;
    private readonly CommitCheck _check;
    private readonly ClusterCheck? _clusterCheck;
    private readonly List<Task> _burials = [];
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _transactions;
    private readonly int _instances;
    private readonly bool _purges;
    private readonly bool _alters;
    private long _calmAt = long.MaxValue;
    private bool _resnapshots;
    private bool _isPublished;
    private int _copied;
    private bool _wasCalm;

    /// <param name="seed">Decides everything.</param>
    /// <param name="mutation">What is wrong with the world.</param>
    /// <param name="print">Told of each decision; null for nobody.</param>
    public World(int seed, Mutation mutation, Action<string>? print)
    {
        _mutation = mutation;
        var first = new Random(seed);
        var ids = new Random(first.Next());
        RandomIds.Source = bytes => ids.NextBytes(bytes);
        _scheduler = new Scheduler(first.Next(), FaultRates.Of(first), print);
        _random = new Random(first.Next());
        var further = new Random(first.Next());
        _redefinitions = new Random(~seed);
        _server = new Server(ShopTables.Create(), _scheduler.Clock, mutation == Mutation.Lease ? TimeSpan.FromSeconds(2) : MySqlLockSession.ServerPatience) { HidesPurges = mutation == Mutation.Purge, TakesColumnsByPlace = mutation == Mutation.Columns };
        _model = new ShopModel(_random, _server.Load);
        _lake = new MemoryObjectStore("memory://lake/", _scheduler.Clock);
        _checkpoints = new MemoryObjectStore("memory://checkpoints/", _scheduler.Clock);
        _rest = new RestCatalogHandler("memory://lake/rest", _scheduler.Clock);
        (_transactions, _instances) = (_random.Next(5, 40), _random.Next(1, 3));
        (_purges, _alters, _resnapshots) = (_random.Next(3) == 0, _random.Next(3) == 0, _random.Next(2) == 0);
        var where = ShopPipeline.Targets.Where(_ => _random.Next(2) == 0).ToHashSet(StringComparer.Ordinal);
        var (mode, fileSize) = (_random.Next(3), _random.Next(2) == 0 ? 65_536L : (long?)null);
        var copied = ShopPipeline.Targets.Where(_ => further.Next(3) > 0).ToList();
        _cluster = copied.Count > 0 && (further.Next(2) == 0 || mutation == Mutation.Abort) ? new StarRocksServer(further, _scheduler, mutation == Mutation.Abort) : null;
        _instances = _cluster is { KeepsProcessesApart: false } ? 1 : _instances;
        _pipeline = ShopPipeline.Build(
            IcebergCatalog.FileSystem("/nowhere"),
            IcebergCatalog.Rest(Catalog.ToString()),
            where,
            name => copied.Contains(name) ? _cluster?.Named.Table($"{ClusterCheck.Database}.{name}", o => (o.Buckets, o.ReplicationNum) = (1, 1)) : null,
            o => (o.DeleteMode, o.TargetFileSizeBytes) = (mode == 0 ? null : (IcebergDeleteMode)(mode - 1), fileSize),
            Configure);
        _check = new CommitCheck(_pipeline, _server, _model, where, OpenFolder(_lake), OpenRest(_lake, _rest));
        _clusterCheck = _cluster is null ? null : new ClusterCheck(_cluster, _model, copied);
        _scheduler.Work = Write;
        _scheduler.Look = Look;
    }

    /// <summary>Runs to its end: nothing goes wrong any more, all that was written is shown, and all processes have ended.</summary>
    public async Task<RunResult> RunAsync()
    {
        try
        {
            await _scheduler.RunAsync(LiveAsync, MostSteps).ConfigureAwait(false);
            return Result(null);
        }
        catch (Exception error)
        {
            return Result(error);
        }
    }

    private RunResult Result(Exception? failure) => new(_scheduler.Steps, _scheduler.Faults, _check.Commits + (_clusterCheck?.Commits ?? 0), _scheduler.Fingerprint, failure, [.. _scheduler.Trace]);

    private async Task LiveAsync()
    {
        var instances = Enumerable.Range(0, _instances).Select(InstanceAsync).ToList();
        var failed = Task.WhenAny(instances);
        if (await Task.WhenAny(_reached.Task, failed).ConfigureAwait(false) == failed)
        {
            await (await failed.ConfigureAwait(false)).ConfigureAwait(false);
        }

        await Task.WhenAll(instances).ConfigureAwait(false);
        await Task.WhenAll(_burials).ConfigureAwait(false);
    }

    private async Task InstanceAsync(int number)
    {
        for (var life = 0; !_reached.Task.IsCompleted; life++)
        {
            var (node, resnapshots) = (_scheduler.Start($"n{number}.{life}"), _resnapshots);
            var pipeline = new Pipeline(DefinitionOf(node, resnapshots)).Attached();
            var run = pipeline.RunAsync(node.Stopping);
            await Task.WhenAny(run, node.Killed, _reached.Task).ConfigureAwait(false);
            if (node.IsDead)
            {
                pipeline.Abort();
                _burials.Add(BuryAsync(pipeline));
            }
            else
            {
                if (_reached.Task.IsCompleted)
                {
                    node.Stop();
                }

                await EndAsync(node, run, resnapshots).ConfigureAwait(false);
                await pipeline.DisposeAsync().ConfigureAwait(false);
                _scheduler.Bury(node);
            }

            if (!_reached.Task.IsCompleted)
            {
                await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(_random.Next(5_000)), _scheduler.Clock), _reached.Task).ConfigureAwait(false); // virtual time
            }
        }
    }

    // What a sink still wants to say to its server when it is disposed of nobody hears.
    private static async Task BuryAsync(Pipeline pipeline)
    {
        try
        {
            await pipeline.DisposeAsync().ConfigureAwait(false);
        }
        catch (KilledException)
        {
            return;
        }
    }

    private async Task EndAsync(Node node, Task run, bool resnapshots)
    {
        try
        {
            await run.ConfigureAwait(false);
        }
        catch (TimeoutException) when (node.Stopping.IsCancellationRequested)
        {
            return; // it did not drain in time, which is no failure
        }
        catch (BinlogUnavailableException error) when (error.IsPurged && !error.IsTransient && !resnapshots && !_server.Log.Purged.IsEmpty)
        {
            _scheduler.Note($"{node.Name} says that the log is purged, and the application lets the next one read all tables anew");
            _resnapshots = true;
            return;
        }
        catch (CdcLakeException error) when (error.IsTransient && node.Stopping.IsCancellationRequested)
        {
            return; // what passes by itself is not waited for by one that stops
        }
        catch (Exception error) when (!node.IsDead)
        {
            throw new SimulationException($"{node.Name} failed: {error.Message}", error);
        }
        catch (Exception)
        {
            return;
        }

        if (!node.Stopping.IsCancellationRequested)
        {
            throw new SimulationException($"{node.Name} ended by itself.");
        }
    }

    private PipelineDefinition DefinitionOf(Node node, bool resnapshots)
    {
        var definition = _pipeline.Definition;
        var cluster = _cluster?.For(node);
        var lakes = new Dictionary<CatalogCommitGroup, CatalogCommitGroup>(ReferenceEqualityComparer.Instance);
        var options = definition.Options.Copy();
        options.TimeProvider = node.Clock;
        return definition with
        {
            CreateSource = () => new SourceOfNode(_server, node, resnapshots),
            Sinks = [.. definition.Sinks.Select(s => s is IcebergSinkTarget t ? t.In(Reached(t)) : (ISinkTarget)((StarRocksSinkTarget)s).In(cluster!))],
            OpenCheckpoints = () => new StoreOfNode(_checkpoints, node, _ => { }),
            CreateLease = () => _instances > 1 ? _server.Lease.CreateLease(node) : null,
            Remake = null,
            Options = options,
        };

        CatalogCommitGroup Reached(IcebergSinkTarget target)
        {
            if (!lakes.TryGetValue(target.Catalog, out var reached))
            {
                var store = new StoreOfNode(_lake, node, name => _isPublished |= name.EndsWith(".metadata.json", StringComparison.Ordinal)) { LetsSecondWriterWin = _mutation == Mutation.Store };
                reached = (_check.IsInFolder(target.Table.Name)
                    ? IcebergCatalog.Of("folder", () => FileSystemCatalog.Open(store, node.Clock))
                    : IcebergCatalog.Of("rest", () => RestCatalog.Open(
                        SettingsOf(new RestOfNode(_rest, node, () => _isPublished = true), node.Clock), (_, _) => store))).Commits;
                lakes[target.Catalog] = reached;
            }

            return reached;
        }
    }

    private void Configure(PipelineOptions options)
    {
        options.CommitInterval = TimeSpan.FromMilliseconds(_random.Next(3) * 500);
        options.CheckpointInterval = TimeSpan.FromMilliseconds(_random.Next(200, 8_000));
        options.EpochRows = _random.Next(2) == 0 ? 1 + _random.Next(10) : options.EpochRows;
        options.DrainTimeout = TimeSpan.FromSeconds(_random.Next(20));
        options.Parallelism = _random.Next(1, 4);
    }

    private bool Write()
    {
        if (_model.Count >= _transactions)
        {
            return false;
        }

        _scheduler.Note($"transaction {_model.Count + 1}");
        if (_alters && _redefinitions.Next(12) == 0)
        {
            var statement = _tables.Redefine(_redefinitions, _cluster is null);
            _scheduler.Note(statement);
            _server.Execute(statement);
            _model.Redefined(_server.Database.RowsOf(_server.Database.Table("shop.orders")).Count == 0);
        }
        else if (_alters && _random.Next(5) == 0)
        {
            var statement = _tables.Alter(_random, _server);
            _scheduler.Note(statement);
            _server.Execute(statement, redefines: false);
            _model.Stand();
        }
        else
        {
            _server.Commit(_model.Next);
        }

        if (_random.Next(10) == 0)
        {
            _scheduler.Note("the log rotates");
            _server.Log.Rotate();
        }

        if (_purges && _scheduler.Chance(0.1))
        {
            _scheduler.Count(FaultKind.Purge);
            _scheduler.Note("the log is purged");
            _server.Log.Rotate();
            _server.Log.Purge();
        }

        if (_cluster is not null && _scheduler.Chance(0.05))
        {
            _cluster.Shake();
        }

        if (_scheduler.Chance(0.02))
        {
            _scheduler.Count(FaultKind.Cut);
            _scheduler.Note("the session of the lease is cut");
            _server.Lease.Cut();
        }

        _calmAt = _scheduler.Steps + _random.Next(400);
        return true;
    }

    private Task? Look()
    {
        _server.Lease.Check();
        _scheduler.IsCalm |= _model.Count >= _transactions && _scheduler.Steps >= _calmAt;
        if (_scheduler.IsCalm && !_wasCalm)
        {
            _scheduler.Note("calm");
            _isPublished = _wasCalm = true;
        }

        var copied = LookAtCluster();
        if (!_isPublished)
        {
            return null;
        }

        _isPublished = false;
        return LookAsync(copied);
    }

    /// <returns>Transactions that its tables show.</returns>
    private int LookAtCluster()
    {
        if (_clusterCheck is null || _cluster is null)
        {
            return _transactions;
        }

        _isPublished |= _cluster.IsTouched && _scheduler.IsCalm;
        _copied = _cluster.IsTouched || _isPublished ? _clusterCheck.Run() : _copied;
        _cluster.IsTouched = false;
        return _copied;
    }

    private async Task LookAsync(int copied)
    {
        if (await _check.RunAsync().ConfigureAwait(false) == _transactions && copied == _transactions && _scheduler.IsCalm)
        {
            _reached.TrySetResult();
        }
    }

    private static RestSettings SettingsOf(HttpMessageHandler handler, TimeProvider clock) => new(Catalog, new Dictionary<string, string>()) { Handler = handler, Clock = clock };

    private IcebergCatalog OpenFolder(MemoryObjectStore store) => IcebergCatalog.Of("reader", () => FileSystemCatalog.Open(store, _scheduler.Clock));

    private IcebergCatalog OpenRest(MemoryObjectStore store, RestCatalogHandler handler) =>
        IcebergCatalog.Of("reader", () => RestCatalog.Open(SettingsOf(handler, _scheduler.Clock), (_, _) => store));
}
