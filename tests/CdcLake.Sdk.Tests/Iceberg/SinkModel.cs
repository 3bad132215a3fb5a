using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>A sink together with the plain dictionary that its table must equal.</summary>
internal sealed class SinkModel : IAsyncDisposable
{
    public static readonly Schema Columns = new(
    [
        new Field("id", DataType.Int64, Nullable: false),
        new Field("name", DataType.String, Nullable: true),
        new Field("qty", DataType.Int32, Nullable: true),
    ]);

    private static readonly Schema Documents = new(Columns.Fields.Select(f => f with { IsJson = f.Name == "name" }));

    private readonly Func<ICatalog> _catalog;
    private readonly TableIdentifier _table;
    private readonly IcebergSinkSettings _settings;
    private readonly TimeProvider _clock;
    private Dictionary<long, (string? Name, int? Qty)> _committed = [];
    private ChangeBatch _batch = new(Columns);
    private long _position;
    private EpochKind _kind;
    private bool _isOpen;

    public SinkModel(IObjectStore store, IcebergSinkSettings? settings = null, TimeProvider? clock = null)
        : this(() => new FileSystemCatalog(store, clock ?? TimeProvider.System), settings, clock)
    {
    }

    /// <param name="catalog">A new catalog object, as each new process has one.</param>
    /// <param name="settings">Of the sink.</param>
    /// <param name="clock">Time of snapshots.</param>
    /// <param name="table">Where it writes; <see cref="Table"/> unless something else is given.</param>
    public SinkModel(Func<ICatalog> catalog, IcebergSinkSettings? settings = null, TimeProvider? clock = null, TableIdentifier? table = null)
    {
        _table = table ?? Table;
        _clock = clock ?? TimeProvider.System;
        _catalog = catalog;
        _settings = settings ?? new IcebergSinkSettings();
        Sink = NewSink();
    }

    public static TableIdentifier Table { get; } = TableIdentifier.Parse("demo.items");

    public IcebergSink Sink { get; private set; }

    /// <summary>What the table must hold after the next commit.</summary>
    public Dictionary<long, (string? Name, int? Qty)> Rows { get; private set; } = [];

    /// <summary>Keys that were put or removed since somebody cleared it.</summary>
    public HashSet<long> Touched { get; } = [];

    public long Position => _position;

    /// <summary>Names are JSON documents of a column of that type.</summary>
    public bool IsJson { get; init; }

    public IcebergSink NewSink() => new(new CatalogCommitGroup(_catalog()), _table, _settings);

    public static SinkOpening Opening { get; } = new("items", Columns, [0], TimeProvider.System);

    public Task<IReadOnlyDictionary<string, string>?> OpenAsync() => Sink.OpenAsync(Opening with { Clock = _clock, Schema = IsJson ? Documents : Columns }, CancellationToken.None);

    /// <summary>Throws the sink away, as a crash does, and opens a new one.</summary>
    public async Task ReopenAsync()
    {
        await Sink.DisposeAsync();
        Sink = NewSink();
        Rows = new(_committed);
        _batch.Clear();
        (_kind, _isOpen) = (EpochKind.Changes, false);
        _position = TestPosition.NumberOf(await OpenAsync());
    }

    /// <summary>As <see cref="ReopenAsync"/>, after somebody rolled the table back to a commit that left these rows.</summary>
    public Task ReopenAsync(Dictionary<long, (string? Name, int? Qty)> rows)
    {
        _committed = new(rows);
        return ReopenAsync();
    }

    /// <summary>The sink went back to a commit that left these rows.</summary>
    public void Forget(Dictionary<long, (string? Name, int? Qty)> rows)
    {
        Rows = new(rows);
        _position = TestPosition.NumberOf(Sink.Parts[0]);
    }

    public void Put(long id, string? name, int? qty)
    {
        Remove(id);
        Rows[id] = (name, qty);
        Append(id, (name, qty), 1);
    }

    public void Remove(long id)
    {
        if (Rows.Remove(id, out var old))
        {
            Append(id, old, -1);
        }
    }

    /// <summary>As <see cref="Put"/>, but the sink gets the new row in a batch before the one that withdraws the old row.</summary>
    public async Task PutBeforeRemovingAsync(long id, string? name, int? qty)
    {
        var existed = Rows.TryGetValue(id, out var old);
        Rows[id] = (name, qty);
        Append(id, (name, qty), 1);
        await PushAsync();
        if (existed)
        {
            Append(id, old, -1);
        }
    }

    public async Task PushAsync()
    {
        await BeginAsync();
        if (_batch.Count > 0)
        {
            var batch = _batch;
            _batch = new ChangeBatch(Columns);
            await Sink.ChangesAsync(batch, CancellationToken.None);
        }
    }

    public Task EndEpochAsync() => EndEpochAsync(null);

    /// <summary>Ends the epoch, and with a number as that part of a complete result.</summary>
    public async Task EndEpochAsync(int? part)
    {
        await PushAsync();
        await Sink.EndEpochAsync(new Epoch(new TestPosition(++_position, part: part), DateTimeOffset.UnixEpoch, _kind), CancellationToken.None);
        (_kind, _isOpen) = (EpochKind.Changes, false);
    }

    /// <summary>Forgets the rows and the position: the next epoch is a complete result.</summary>
    public void StartOver()
    {
        Rows = [];
        _position = 0;
        _kind = EpochKind.CompleteResult;
    }

    private async Task BeginAsync()
    {
        if (!_isOpen)
        {
            _isOpen = true;
            await Sink.BeginEpochAsync(_kind, CancellationToken.None);
        }
    }

    public async Task<SinkCommit?> CommitAsync()
    {
        var commit = await Sink.PrepareAndPublishAsync(CancellationToken.None);
        _committed = new(Rows);
        return commit;
    }

    public Task<SinkCommit?> EndAndCommitAsync() => EndAndCommitAsync(null);

    public async Task<SinkCommit?> EndAndCommitAsync(int? part)
    {
        await EndEpochAsync(part);
        return await CommitAsync();
    }

    /// <summary>Compares the table as a reader sees it, and the sink's own count, with the dictionary.</summary>
    public async Task CheckAsync()
    {
        var read = await ReadAsync(_catalog(), table: _table);
        Assert.Equal(Print(Rows), Print(read));
    }

    /// <summary>Compares the table with what the last commit must have left in it.</summary>
    public async Task CheckCommittedAsync() => Assert.Equal(Print(_committed), Print(await ReadAsync(_catalog(), table: _table)));

    public static string Print(Dictionary<long, (string? Name, int? Qty)> rows) =>
        string.Join('\n', rows.OrderBy(r => r.Key).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key}|{r.Value.Name ?? "∅"}|{r.Value.Qty?.ToString(CultureInfo.InvariantCulture) ?? "∅"}")));

    public static Task<Dictionary<long, (string? Name, int? Qty)>> ReadAsync(IObjectStore store, Snapshot? snapshot = null) => ReadAsync(new FileSystemCatalog(store), snapshot);

    public static async Task<Dictionary<long, (string? Name, int? Qty)>> ReadAsync(ICatalog catalog, Snapshot? snapshot = null, TableIdentifier? table = null)
    {
        var reader = await IcebergTableReader.OpenAsync(catalog, table ?? Table, CancellationToken.None);
        var rows = new Dictionary<long, (string? Name, int? Qty)>();
        if ((snapshot ?? reader.Current) is not { } wanted)
        {
            return rows;
        }

        await foreach (var batch in reader.ReadAsync(wanted))
        {
            using var owned = batch;
            for (var i = 0; i < batch.Count; i++)
            {
                rows.Add(
                    batch.Fixed<long>(0).Values[i],
                    (batch[1].IsNull(i) ? null : Encoding.UTF8.GetString(batch.Bytes(1)[i]), batch[2].IsNull(i) ? null : batch.Fixed<int>(2).Values[i]));
            }
        }

        return rows;
    }

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        _batch.Dispose();
    }

    private void Append(long id, (string? Name, int? Qty) row, sbyte weight)
    {
        Touched.Add(id);
        _batch.Fixed<long>(0).Append(id);
        if (row.Name is null)
        {
            _batch[1].AppendNull();
        }
        else
        {
            _batch.Bytes(1).Append(Encoding.UTF8.GetBytes(row.Name));
        }

        if (row.Qty is { } qty)
        {
            _batch.Fixed<int>(2).Append(qty);
        }
        else
        {
            _batch[2].AppendNull();
        }

        _batch.AppendWeight(weight);
    }
}
