using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Log files that are not as they should be: one readable error, exit code 1, and what was committed before stays as it was.</summary>
public sealed class BadBinlogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RecordedAnswers _answers = new();

    private string Warehouse => _folder["warehouse"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task File_that_does_not_exist_is_named() =>
        Assert.Contains("binlog.000009", await RefusesUntouchedAsync(Log(1), _folder["binlog.000009"]), StringComparison.Ordinal);

    [Fact]
    public async Task Folder_in_place_of_a_file_is_named() =>
        Assert.Contains(Repository.RecordedLog, await RefusesUntouchedAsync(Repository.RecordedLog), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("id,name\n1,not a binary log at all\n")]
    [InlineData("\u007fELF and more")]
    public async Task File_that_is_no_binary_log_is_named(string content)
    {
        await File.WriteAllTextAsync(_folder["binlog.000002"], content);
        Assert.Contains("binlog.000002", await RefusesUntouchedAsync(Log(1), _folder["binlog.000002"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encrypted_file_is_called_so()
    {
        await File.WriteAllBytesAsync(_folder["binlog.000002"], [0xFD, .. "bin"u8, .. new byte[1024]]);
        Assert.Contains("encrypt", await RefusesUntouchedAsync(Log(1), _folder["binlog.000002"]), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Gap_between_files_is_an_error() => await RefusesUntouchedAsync(Log(1), Log(3));

    [Fact]
    public async Task Log_without_its_beginning_is_an_error()
    {
        await Quickstart.RefusesAsync("--warehouse", Warehouse, "--binlog", Log(2), Log(3));
        Assert.Empty(LakeTable.Sales(Warehouse).Snapshots());
    }

    [ServerFact(IcebergJava.Variable)]
    public async Task Flipped_byte_stops_before_its_transaction()
    {
        var bytes = await File.ReadAllBytesAsync(Log(2));
        bytes[bytes.Length / 2] ^= 0x10;
        await File.WriteAllBytesAsync(_folder["binlog.000002"], bytes);
        Assert.Contains("binlog.000002", await RefusesExactAsync(Log(1), _folder["binlog.000002"], Log(3)), StringComparison.Ordinal);
    }

    [ServerTheory(IcebergJava.Variable)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Truncated_file_stops_before_its_last_transaction(bool last)
    {
        var bytes = await File.ReadAllBytesAsync(Log(2));
        await File.WriteAllBytesAsync(_folder["binlog.000002"], bytes[..(bytes.Length * 2 / 3)]);
        string[] files = last ? [Log(1), _folder["binlog.000002"]] : [Log(1), _folder["binlog.000002"], Log(3)];
        Assert.Contains("binlog.000002", await RefusesExactAsync(files), StringComparison.Ordinal);
    }

    private static string Log(int number) => Path.Combine(Repository.RecordedLog, $"binlog.00000{number}");

    private async Task CommitFirstFileAsync()
    {
        await using var first = Quickstart.Start("--warehouse", Warehouse, "--binlog", Log(1));
        Assert.True(await first.ExitAsync() == 0, first.Failure("replay of the first file").Message);
    }

    private async Task<string> RefusesUntouchedAsync(params string[] files)
    {
        await CommitFirstFileAsync();
        var before = LakeTable.Sales(Warehouse).Fingerprint();
        var error = await Quickstart.RefusesAsync(["--warehouse", Warehouse, "--binlog", .. files]);
        Assert.Equal(before, LakeTable.Sales(Warehouse).Fingerprint());
        return error;
    }

    // What lies before the damage may still be committed: exactly.
    private async Task<string> RefusesExactAsync(params string[] files)
    {
        await CommitFirstFileAsync();
        var table = LakeTable.Sales(Warehouse);
        var before = table.Snapshots();
        var error = await Quickstart.RefusesAsync(["--warehouse", Warehouse, "--binlog", .. files]);
        var after = table.Snapshots();
        Assert.Equal(before, after.Take(before.Count));
        foreach (var snapshot in after)
        {
            Assert.Null(_answers.Difference(snapshot.Gtid, await SalesReader.JavaAsync(table, snapshot)));
        }

        await IcebergJava.VerifyAsync(table.Folder);
        await using var repaired = Quickstart.Start("--warehouse", Warehouse, "--binlog", Log(1), Log(2), Log(3));
        Assert.True(await repaired.ExitAsync() == 0, repaired.Failure("the whole log afterwards").Message);
        Assert.Equal(_answers.End.ToString(), table.Snapshots()[^1].Gtid);
        return error;
    }
}
