using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Catalogs.FileSystem;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>Keys of which a column may be null: null is one more value, and identifies a row like any other.</summary>
public sealed class NullableKeyTests
{
    private static readonly Schema Columns = new([new Field("region", DataType.Int32, true), new Field("total", DataType.Int64, true)]);

    [Fact]
    public async Task Null_identifies_a_row_and_the_table_has_no_identifier_fields()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        var store = new LocalObjectStore(folder.Path, TimeProvider.System);
        for (var run = 0; run < 3; run++)
        {
            await using var sink = new IcebergSink(new CatalogCommitGroup(new FileSystemCatalog(store)), SinkModel.Table, new IcebergSinkSettings());
            await sink.OpenAsync(new SinkOpening("totals", Columns, [0], TimeProvider.System), CancellationToken.None);
            var batch = new ChangeBatch(Columns);
            if (run > 0)
            {
                Append(batch, null, run - 1, -1);
            }

            Append(batch, null, run, 1);
            Append(batch, run, run, 1);
            await sink.BeginEpochAsync(EpochKind.Changes, CancellationToken.None);
            await sink.ChangesAsync(batch, CancellationToken.None);
            await sink.EndEpochAsync(new Epoch(new TestPosition(run + 1), DateTimeOffset.UnixEpoch), CancellationToken.None);
            await sink.PrepareAndPublishAsync(CancellationToken.None);
        }

        var reader = await IcebergTableReader.OpenAsync(new FileSystemCatalog(store), SinkModel.Table, CancellationToken.None);
        Assert.Empty(reader.Metadata.Schema.IdentifierFieldIds);
        Assert.All(reader.Metadata.Schema.Fields, f => Assert.False(f.Required));
        var rows = new List<(int?, long)>();
        await foreach (var read in reader.ReadAsync(reader.Current!))
        {
            using (read)
            {
                for (var i = 0; i < read.Count; i++)
                {
                    rows.Add((read[0].IsNull(i) ? null : read.Fixed<int>(0).Values[i], read.Fixed<long>(1).Values[i]));
                }
            }
        }

        Assert.Equal([(null, 2L), (0, 0L), (1, 1L), (2, 2L)], rows.Order());
    }

    private static void Append(ChangeBatch batch, int? region, long total, sbyte weight)
    {
        if (region is { } value)
        {
            batch.Fixed<int>(0).Append(value);
        }
        else
        {
            batch[0].AppendNull();
        }

        batch.Fixed<long>(1).Append(total);
        batch.AppendWeight(weight);
    }
}
