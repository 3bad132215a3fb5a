using System.Globalization;
using CdcLake.Iceberg;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

/// <summary>What commits of real tables write.</summary>
public sealed class WriteAmplificationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalObjectStore _store;

    public WriteAmplificationTests() => _store = new LocalObjectStore(_folder.Path, TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task One_row_update_of_a_wide_table_does_not_write_the_table_again()
    {
        await using var model = new SinkModel(_store);
        await model.OpenAsync();
        var random = new Random(1);
        for (var id = 0; id < 20_000; id++)
        {
            model.Put(id, Wide(random), id);
        }

        await model.EndAndCommitAsync();
        var table = Added(model);
        for (var commit = 0; commit < 10; commit++)
        {
            model.Put(random.Next(20_000), Wide(random), commit);
            await model.EndAndCommitAsync();
            Assert.InRange(Added(model), 1, table / 50);
        }

        await model.CheckAsync();
    }

    [Fact]
    public async Task Deletes_from_many_data_files_share_delete_files_which_are_folded_later()
    {
        var settings = new IcebergSinkSettings { SmallFileBytes = 0 };
        await using var model = new SinkModel(_store, settings);
        await model.OpenAsync();
        const int files = 150;
        for (var id = 0; id < files * 200; id++)
        {
            model.Put(id, $"row {id}", id);
            if (id % 200 == 199)
            {
                await model.EndAndCommitAsync();
            }
        }

        Assert.Equal(files, model.Sink.Version!.Files.Entries(ManifestContent.Data).Count());
        for (var commit = 0; commit < 25; commit++)
        {
            for (var file = 0; file < files; file++)
            {
                model.Remove((file * 200) + (commit * 3));
            }

            await model.EndAndCommitAsync();
            Assert.Equal(3, Number(model, "added-delete-files")); // one for 64 data files
            Assert.InRange(model.Sink.Version!.Files.Entries(ManifestContent.Deletes).Count(), 3, 3 * settings.MaxDeleteFilesPerFile);
            if (commit % 10 == 9)
            {
                await model.CheckAsync();
                await model.ReopenAsync();
            }
        }

        await model.CheckAsync();
    }

    private static string Wide(Random random) => string.Create(CultureInfo.InvariantCulture, $"{random.NextInt64():x16}{random.NextInt64():x16}{random.NextInt64():x16}");

    private static long Added(SinkModel model) => Number(model, "added-files-size");

    private static long Number(SinkModel model, string property) =>
        long.Parse(model.Sink.Version!.Table.Metadata.CurrentSnapshot![property]!, CultureInfo.InvariantCulture);
}
