using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Targets and checkpoints that the sample cannot use: one readable error, and what lies there stays as it was.</summary>
public sealed class BadWarehouseTests : IDisposable
{
    private const string Schema =
        "product_id:int*,product_sku:string!,product_name:string!,total_qty:long!,total_revenue:decimal(38,2)!,sale_count:long!,last_sale_ts:timestamptz";

    private readonly TemporaryFolder _folder = new();

    private string Warehouse => _folder["warehouse"];

    private LakeTable Table => LakeTable.Sales(Warehouse);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Warehouse_below_a_file_is_named()
    {
        await File.WriteAllTextAsync(_folder["file"], "not a folder");
        Assert.Contains(_folder["file"], await Quickstart.RefusesAsync("--warehouse", Path.Combine(_folder["file"], "warehouse")), StringComparison.Ordinal);
    }

    [LinuxFact]
    public async Task Warehouse_that_cannot_be_written_is_named() =>
        Assert.Contains("/proc/warehouse", await Quickstart.RefusesAsync("--warehouse", "/proc/warehouse"), StringComparison.Ordinal);

    [TmpfsFact(IcebergJava.Variable)]
    public async Task Full_disk_is_an_error_and_the_table_stays_readable()
    {
        using var disk = await Tmpfs.MountAsync(_folder["disk"], "8m");
        await using (var first = Quickstart.Start(["--warehouse", disk.Path, "--binlog", .. Files(1)]))
        {
            Assert.True(await first.ExitAsync() == 0, first.Failure("the first file").Message);
        }

        Fill(Path.Combine(disk.Path, "other"));
        var error = await Quickstart.RefusesAsync("--warehouse", disk.Path);
        Assert.Contains("space", error, StringComparison.OrdinalIgnoreCase);
        var table = LakeTable.Sales(disk.Path);
        var answers = new RecordedAnswers();
        Assert.NotEmpty(table.Snapshots());
        foreach (var snapshot in table.Snapshots())
        {
            Assert.Null(answers.Difference(snapshot.Gtid, await SalesReader.JavaAsync(table, snapshot)));
        }
    }

    [ServerFact(IcebergJava.Variable)]
    public async Task Table_of_somebody_else_is_refused()
    {
        await IcebergJava.DoAsync("create", Table.Folder, "--schema", Schema);
        await File.WriteAllTextAsync(_folder["rows.jsonl"], """{"product_id":1,"product_sku":"a","product_name":"b","total_qty":1,"total_revenue":"1.00","sale_count":1,"last_sale_ts":null}""");
        await IcebergJava.DoAsync("append", Table.Folder, _folder["rows.jsonl"]);
        await RefusesUntouchedAsync();
    }

    [ServerFact(IcebergJava.Variable)]
    public async Task Empty_table_that_somebody_else_made_is_filled()
    {
        await IcebergJava.DoAsync("create", Table.Folder, "--schema", Schema);
        await CompleteAsync();
    }

    [ServerTheory(IcebergJava.Variable)]
    [InlineData("drop-column", "total_qty")]
    [InlineData("rename-column", "total_qty", "quantity")]
    [InlineData("identifier", "product_sku")]
    public async Task Table_with_another_schema_is_refused(params string[] change)
    {
        await CompleteAsync();
        await IcebergJava.DoAsync([change[0], Table.Folder, .. change[1..]]);
        await RefusesUntouchedAsync();
    }

    [Fact]
    public async Task Folder_with_other_files_in_place_of_the_table_is_left_alone()
    {
        Directory.CreateDirectory(Path.Combine(Table.Folder, "metadata"));
        await File.WriteAllTextAsync(Path.Combine(Table.Folder, "metadata", "v1.metadata.json"), "{ \"format-version\": ");
        await RefusesUntouchedAsync();
    }

    [Fact]
    public async Task Metadata_cut_in_half_is_refused()
    {
        await CompleteAsync();
        var newest = Directory.GetFiles(Path.Combine(Table.Folder, "metadata"), "v*.metadata.json").MaxBy(f => new FileInfo(f).Length)!;
        await File.WriteAllBytesAsync(newest, (await File.ReadAllBytesAsync(newest))[..200]);
        var before = Table.Fingerprint();
        var error = await Quickstart.RefusesAsync("--warehouse", Warehouse);
        Assert.Equal(before, Table.Fingerprint());
        Assert.Contains(Path.GetFileName(newest), error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deleted_checkpoint_is_rebuilt_from_the_log()
    {
        await PartAsync();
        Directory.Delete(Path.Combine(Warehouse, ".checkpoints"), recursive: true);
        await CompleteAsync();
    }

    public static TheoryData<double> KeptShares => Proof.IsLong ? [0, 0.5, 0.95] : [0.5];

    /// <summary>Each file of the checkpoint in turn, a third of them in usual runs, is cut or empty: the sample either says so or goes on without it, and never gives a wrong table.</summary>
    [Theory]
    [MemberData(nameof(KeptShares))]
    public async Task Half_written_checkpoint_gives_an_error_or_is_not_used(double kept)
    {
        await PartAsync();
        var files = Directory.GetFiles(Path.Combine(Warehouse, ".checkpoints"), "*", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        var whole = _folder.CopyOf(Warehouse, "whole");
        foreach (var file in files.Where((_, i) => i % Proof.Rounds(usual: 3, full: 1) == 0))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            await File.WriteAllBytesAsync(file, bytes[..(int)(bytes.Length * kept)]);
            await using var run = Quickstart.Start("--warehouse", Warehouse);
            if (await run.ExitAsync() != 0)
            {
                Assert.True(Quickstart.IsReadable(run.Errors), run.Failure("the error").Message);
                Assert.Contains("checkpoint", run.Errors[0], StringComparison.OrdinalIgnoreCase);
                Directory.Delete(Path.Combine(Warehouse, ".checkpoints"), recursive: true); // what the message asks for
                await CompleteAsync();
            }

            Directory.Delete(Warehouse, recursive: true);
            _folder.CopyOf(whole, "warehouse");
        }
    }

    [Fact]
    public async Task Checkpoint_and_table_of_another_plan_are_refused()
    {
        await PartAsync();
        var before = Table.Fingerprint();
        var error = await Quickstart.RefusesAsync(["--warehouse", Warehouse, "--database", "staging", "--binlog", .. Files(3)]);
        Assert.Equal(before, Table.Fingerprint());
        Assert.Contains("staging", error, StringComparison.Ordinal);
    }

    /// <summary>Leaves no block of the disk free.</summary>
    private static void Fill(string file)
    {
        using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        for (var isFull = false; !isFull;)
        {
            try
            {
                stream.Write(block);
            }
            catch (IOException)
            {
                isFull = true;
            }
        }
    }

    private static IEnumerable<string> Files(int count) => Enumerable.Range(1, count).Select(i => Path.Combine(Repository.RecordedLog, $"binlog.00000{i}"));

    private async Task PartAsync()
    {
        await using var run = Quickstart.Start(["--warehouse", Warehouse, "--binlog", .. Files(1)]);
        Assert.True(await run.ExitAsync() == 0, run.Failure("the first file").Message);
    }

    private async Task CompleteAsync()
    {
        await using var run = Quickstart.Start("--warehouse", Warehouse);
        Assert.True(await run.ExitAsync() == 0, run.Failure("the whole log").Message);
    }

    private async Task RefusesUntouchedAsync()
    {
        var before = Table.Fingerprint();
        var error = await Quickstart.RefusesAsync("--warehouse", Warehouse);
        Assert.Equal(before, Table.Fingerprint());
        Assert.Contains("sales_by_product", error, StringComparison.Ordinal);
    }
}
