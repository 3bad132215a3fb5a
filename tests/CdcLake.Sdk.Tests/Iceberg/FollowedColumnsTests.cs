using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Columns of a table change between two epochs of its sink, and rows stay.</summary>
public sealed class FollowedColumnsTests : IDisposable
{
    private static readonly Field Id = new("id", DataType.Int32, false);
    private static readonly Field A = new("a", DataType.Int32, true);
    private static readonly Field B = new("b", DataType.Int32, true);

    private readonly TemporaryFolder _folder = new(inMemory: true);
    private readonly LocalObjectStore _store;
    private int _epoch;

    public FollowedColumnsTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Rows_of_former_columns_have_the_new_ones_and_the_schema_goes_with_the_commit()
    {
        await using var sink = await OpenAsync([Id, A, B]);
        await PutAsync(sink, [Id, A, B], 1, 10, 100);
        await PutAsync(sink, [Id, A, B], 2, 20, 200);
        await sink.PrepareAndPublishAsync(CancellationToken.None);
        await PutAsync(sink, [Id, A, B], 3, 30, 300);
        Field[] after = [new Field("n", DataType.Int64, true), Id, new Field("z", DataType.Int64, true)];
        await ChangeAsync(sink, [Id, A, B], after, [-1, 0, 1]);
        await sink.PrepareAndPublishAsync(CancellationToken.None);
        Assert.Equal(["1|10|100", "2|20|200", "3|30|300"], await RowsAsync("id", "a", "b"));

        await PutAsync(sink, after, 7, 4, 1L << 40);
        await RemoveAsync(sink, after, null, 1, 10);
        await sink.PrepareAndPublishAsync(CancellationToken.None);
        Assert.Equal(["7|4|1099511627776", "NULL|2|20", "NULL|3|30"], await RowsAsync("n", "id", "z"));
        var reader = await IcebergTableReader.OpenAsync(new FileSystemCatalog(_store), SinkModel.Table, CancellationToken.None);
        Assert.Equal([4, 1, 2], reader.Metadata.Schema.Fields.Select(f => f.Id));
        Assert.Equal(reader.Metadata.CurrentSchemaId, reader.Metadata.CurrentSnapshot!.SchemaId);
        await using var again = await OpenAsync(after);
        Assert.False(again.NeedsCompleteResult);
    }

    [Fact]
    public async Task Id_of_a_column_that_no_commit_ever_showed_is_not_used_again()
    {
        Field[] x = [Id, new Field("x", DataType.Int32, true)];
        Field[] y = [Id, new Field("y", DataType.Int32, true)];
        await using var sink = await OpenAsync([Id]);
        await PutAsync(sink, [Id], 1);
        await ChangeAsync(sink, [Id], x, [0, -1]);
        await PutAsync(sink, x, 2, 22);
        await ChangeAsync(sink, x, [Id], [0]);
        await PutAsync(sink, [Id], 3);
        await sink.PrepareAndPublishAsync(CancellationToken.None);
        await ChangeAsync(sink, [Id], y, [0, -1]);
        await PutAsync(sink, y, 4, 44);
        await sink.PrepareAndPublishAsync(CancellationToken.None);
        Assert.Equal(["1|NULL", "2|NULL", "3|NULL", "4|44"], await RowsAsync("id", "y"));
    }

    [Fact]
    public async Task Target_of_altered_tables_takes_a_complete_result_and_one_of_another_plan_nothing()
    {
        await using (var sink = await OpenAsync([Id, A]))
        {
            await PutAsync(sink, [Id, A], 1, 10);
            await sink.PrepareAndPublishAsync(CancellationToken.None);
        }

        await Assert.ThrowsAsync<PlanChangedException>(() => OpenAsync([Id, A], plan: "other"));
        Field[] after = [Id, new Field("a", DataType.String, false)];
        await using var changed = await OpenAsync(after);
        Assert.True(changed.NeedsCompleteResult);
        await changed.BeginEpochAsync(EpochKind.CompleteResult, CancellationToken.None);
        var batch = new ChangeBatch(new Schema(after));
        batch.Fixed<int>(0).Append(5);
        batch.Bytes(1).Append("five"u8);
        batch.AppendWeights(1, 1);
        await changed.ChangesAsync(batch, CancellationToken.None);
        await changed.EndEpochAsync(new Epoch(new TestPosition(++_epoch), DateTimeOffset.UnixEpoch, EpochKind.CompleteResult), CancellationToken.None);
        await changed.PrepareAndPublishAsync(CancellationToken.None);
        Assert.Equal(["5|five"], await RowsAsync("id", "a"));
        var reader = await IcebergTableReader.OpenAsync(new FileSystemCatalog(_store), SinkModel.Table, CancellationToken.None);
        Assert.Equal([1, 3], reader.Metadata.Schema.Fields.Select(f => f.Id)); // a string is no promotion of an integer
        Assert.False(reader.Metadata.Schema.Fields[1].Required);
        await using var again = await OpenAsync(after);
        Assert.False(again.NeedsCompleteResult);
    }

    private static SinkOpening Opening(Field[] columns, string? plan = null, string? tables = null)
    {
        var names = string.Join(' ', columns.Select(c => c.ToString()));
        return new SinkOpening("items", new Schema(columns), [Array.FindIndex(columns, c => c.Name == "id")], TimeProvider.System, plan ?? "plan " + names, $"items-{tables ?? names}");
    }

    private async Task<IcebergSink> OpenAsync(Field[] columns, string? plan = null, string? tables = null)
    {
        var sink = new IcebergSink(new CatalogCommitGroup(new FileSystemCatalog(_store)), SinkModel.Table, new IcebergSinkSettings());
        await sink.OpenAsync(Opening(columns, plan, tables), CancellationToken.None);
        return sink;
    }

    private static async Task ChangeAsync(IcebergSink sink, Field[] before, Field[] after, int[] former)
    {
        static TableCapture Capture(Field[] columns) =>
            TableCapture.Of(new SourceTable("d.t", new Schema(columns), [.. columns.Select(c => c.Type.ToString())], [0], new Dictionary<int, string>()), [.. Enumerable.Range(0, columns.Length)]);
        var change = new TableChange(TableChangeKind.Altered, 0, Capture(before), Capture(after), new TestPosition(1)) { Former = former };
        await sink.TableChangedAsync(change, Opening(after), CancellationToken.None);
    }

    private Task PutAsync(IcebergSink sink, Field[] columns, params long?[] values) => ApplyAsync(sink, columns, 1, values);

    private Task RemoveAsync(IcebergSink sink, Field[] columns, params long?[] values) => ApplyAsync(sink, columns, -1, values);

    private async Task ApplyAsync(IcebergSink sink, Field[] columns, sbyte weight, long?[] values)
    {
        var batch = new ChangeBatch(new Schema(columns));
        for (var i = 0; i < values.Length; i++)
        {
            if (values[i] is not { } value)
            {
                batch[i].AppendNull();
            }
            else if (columns[i].Type == DataType.Int64)
            {
                batch.Fixed<long>(i).Append(value);
            }
            else
            {
                batch.Fixed<int>(i).Append((int)value);
            }
        }

        batch.AppendWeights(weight, 1);
        await sink.BeginEpochAsync(EpochKind.Changes, CancellationToken.None);
        await sink.ChangesAsync(batch, CancellationToken.None);
        await sink.EndEpochAsync(new Epoch(new TestPosition(++_epoch), DateTimeOffset.UnixEpoch), CancellationToken.None);
    }

    private async Task<IEnumerable<string>> RowsAsync(params string[] columns)
    {
        var rows = new List<string>();
        await foreach (var row in IcebergCatalog.FileSystem(_folder.Path).Table(SinkModel.Table.ToString()).Scan().Select(columns).ReadAsync())
        {
            rows.Add(string.Join('|', columns.Select(c => Convert.ToString(row[c], CultureInfo.InvariantCulture) is { Length: > 0 } text ? text : "NULL")));
        }

        return rows.Order(StringComparer.Ordinal);
    }
}
