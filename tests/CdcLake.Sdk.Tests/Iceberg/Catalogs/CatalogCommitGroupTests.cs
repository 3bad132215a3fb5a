using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg.Catalogs;

/// <summary>Two tables of one catalog: in one act where the catalog can, in order where it cannot, and always told for certain.</summary>
public sealed class CatalogCommitGroupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;
    private readonly ScriptedCatalog _catalog;
    private readonly CatalogCommitGroup _group;

    public CatalogCommitGroupTests()
    {
        _store = new LocalObjectStore(_folder.Path, TimeProvider.System);
        _catalog = new ScriptedCatalog(new FileSystemCatalog(_store));
        _group = new CatalogCommitGroup(_catalog);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Tables_are_committed_in_one_act_where_the_catalog_can()
    {
        await using var pair = await Pair.OpenAsync(_group);
        _catalog.Asked.Clear();
        var commits = await pair.CommitAsync();
        Assert.Equal([2], _catalog.Asked);
        Assert.Equal(2, commits.Count);
        Assert.All(commits, Assert.NotNull);
        Assert.Equal((1, 1), await SnapshotsAsync());
    }

    [Fact]
    public async Task Tables_are_committed_in_order_where_it_cannot()
    {
        _catalog.Together = false;
        await using var pair = await Pair.OpenAsync(_group);
        _catalog.Asked.Clear();
        await pair.CommitAsync();
        Assert.Equal([1, 1], _catalog.Asked);
        await DropAsync("second");
        await Assert.ThrowsAsync<CommitConflictException>(pair.CommitAsync);
        Assert.Equal(2, (await LoadAsync("first"))!.Snapshots.Length);
    }

    [Fact]
    public async Task Conflict_of_one_table_leaves_both_as_they_were()
    {
        await using var pair = await Pair.OpenAsync(_group);
        await pair.CommitAsync();
        var files = _folder.Files.Where(f => f.Contains("first", StringComparison.Ordinal)).ToList();
        await DropAsync("second");
        await Assert.ThrowsAsync<CommitConflictException>(pair.CommitAsync);
        Assert.Equal(files, _folder.Files.Where(f => f.Contains("first", StringComparison.Ordinal)));
        Assert.Single((await LoadAsync("first"))!.Snapshots);
    }

    [Fact]
    public async Task Lost_answer_is_found_in_the_tables()
    {
        await using var pair = await Pair.OpenAsync(_group);
        _catalog.LosesAnswer = true;
        Assert.All(await pair.CommitAsync(), Assert.NotNull);
        Assert.All(await pair.CommitAsync(), Assert.NotNull);
        Assert.Equal((2, 2), await SnapshotsAsync());
    }

    [Fact]
    public async Task Lost_question_is_an_error_that_may_pass()
    {
        await using var pair = await Pair.OpenAsync(_group);
        _catalog.LosesQuestion = true;
        var error = await Assert.ThrowsAsync<CatalogException>(pair.CommitAsync);
        Assert.True(error.IsTransient);
        Assert.Equal((0, 0), await SnapshotsAsync());
    }

    [Fact]
    public async Task Commit_that_somebody_built_upon_before_its_answer_came_is_not_overwritten()
    {
        await using var pair = await Pair.OpenAsync(_group);
        _catalog.LosesAnswer = true;
        _catalog.AfterCommit = async () =>
        {
            var table = (await LoadAsync("first"))!;
            var foreign = TableEdits.ForeignSnapshot(table, "append");
            await new FileSystemCatalog(_store).CommitAsync(
                [new TableCommit(Pair.First, [], [new SnapshotUpdates.AddSnapshot(foreign), SnapshotUpdates.SetRef.Main(table, foreign.SnapshotId)])], default);
        };
        Assert.All(await pair.CommitAsync(), Assert.NotNull);
        await Assert.ThrowsAsync<CommitConflictException>(pair.CommitAsync);
    }

    private async Task<(int First, int Second)> SnapshotsAsync() => ((await LoadAsync("first"))!.Snapshots.Length, (await LoadAsync("second"))!.Snapshots.Length);

    private async Task<TableMetadata?> LoadAsync(string name) =>
        (await new FileSystemCatalog(_store).LoadAsync(TableIdentifier.Parse($"demo.{name}"), default))?.Metadata;

    private async Task DropAsync(string name)
    {
        await Task.CompletedTask;
        Directory.Delete(Path.Combine(_folder.Path, "demo", name), recursive: true);
    }

    /// <summary>Two sinks of one pipeline.</summary>
    private sealed class Pair : IAsyncDisposable
    {
        public static readonly TableIdentifier First = TableIdentifier.Parse("demo.first");
        private readonly IcebergSink[] _sinks;
        private int _position;

        private Pair(CatalogCommitGroup group)
        {
            var settings = new IcebergSinkSettings { SmallFileBytes = 0 };
            _sinks = [new(group, First, settings), new(group, TableIdentifier.Parse("demo.second"), settings)];
        }

        public static async Task<Pair> OpenAsync(CatalogCommitGroup group)
        {
            var pair = new Pair(group);
            foreach (var sink in pair._sinks)
            {
                await sink.OpenAsync(SinkModel.Opening, default);
            }

            return pair;
        }

        public async Task<IReadOnlyList<SinkCommit?>> CommitAsync()
        {
            var parts = new List<IPreparedCommit>();
            _position++;
            foreach (var sink in _sinks)
            {
                await sink.BeginEpochAsync(EpochKind.Changes, default);
                var batch = new ChangeBatch(SinkModel.Columns);
                batch.Fixed<long>(0).Append(_position);
                batch[1].AppendNull();
                batch[2].AppendNull();
                batch.AppendWeight(1);
                await sink.ChangesAsync(batch, default);
                await sink.EndEpochAsync(new Epoch(new TestPosition(_position), DateTimeOffset.UnixEpoch), default);
                parts.Add((await sink.PrepareAsync(default))!);
            }

            Assert.Same(parts[0].Group, parts[1].Group);
            return await parts[0].Group.PublishAsync(parts, default);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var sink in _sinks)
            {
                await sink.DisposeAsync();
            }
        }
    }

    /// <summary>Commits several tables as one act, as a service does, and loses questions and answers.</summary>
    private sealed class ScriptedCatalog(FileSystemCatalog inner) : ICatalog
    {
        public bool Together { get; set; } = true;

        public bool LosesAnswer { get; set; }

        public bool LosesQuestion { get; set; }

        public Func<Task>? AfterCommit { get; set; }

        public List<int> Asked { get; } = [];

        public string Name => inner.Name;

        public bool CommitsTogether => Together;

        public Task<CatalogTable?> LoadAsync(TableIdentifier table, CancellationToken cancellationToken) => inner.LoadAsync(table, cancellationToken);

        public Task<CatalogTable?> CreateAsync(TableIdentifier table, TableCreation creation, CancellationToken cancellationToken) =>
            inner.CreateAsync(table, creation, cancellationToken);

        public async Task<CommitOutcome> CommitAsync(IReadOnlyList<TableCommit> commits, CancellationToken cancellationToken)
        {
            Asked.Add(commits.Count);
            foreach (var commit in commits)
            {
                var table = await inner.LoadAsync(commit.Identifier, cancellationToken);
                if (commit.ApplyTo(table?.Metadata, 0, out var objection) is null)
                {
                    return new CommitOutcome.Conflict(commit.Identifier, objection!);
                }
            }

            var lost = new CommitOutcome.Unknown(new ObjectStoreException("The connection was lost.") { IsTransient = true });
            if (LosesQuestion)
            {
                return lost;
            }

            var tables = new List<CatalogTable>();
            foreach (var commit in commits)
            {
                tables.AddRange(((CommitOutcome.Committed)await inner.CommitAsync([commit], cancellationToken)).Tables);
            }

            if (AfterCommit is { } after)
            {
                AfterCommit = null;
                await after();
            }

            return LosesAnswer ? lost : new CommitOutcome.Committed(tables);
        }
    }
}
