using CdcLake.Tests.MySql.Binlog;

namespace CdcLake.Tests.Pipelines;

/// <summary>A table in log files is altered in every way that is followed in place, and the pipeline starts again at every place of the log.</summary>
public sealed class RestartedFilesTests : IDisposable
{
    private static readonly BinlogColumn Id = BinlogColumn.Int("id");
    private static readonly BinlogColumn A = BinlogColumn.VarChar("a", 80) with { Nullable = true };
    private static readonly BinlogColumn B = BinlogColumn.Int("b") with { Nullable = true };
    private static readonly BinlogColumn N = BinlogColumn.Int("n") with { Nullable = true };
    private static readonly BinlogColumn Wide = BinlogColumn.BigInt("b") with { Nullable = true };
    private static readonly BinlogColumn C = BinlogColumn.BigInt("c") with { Nullable = true };
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdclake-restarted-");

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Restart_behind_any_statement_gives_what_one_run_gives(int step)
    {
        var steps = Steps();
        await RunAsync("once", steps[^1]);
        var expected = await ReadAsync("once");
        Assert.Equal(["id,y,c", "1|NULL|2", "2|NULL|30", "3|NULL|NULL", "4|NULL|5", "5|NULL|6000000000", "6|w|7"], expected);
        for (var i = step - 1; i < steps.Count + step - 1; i += step)
        {
            await RunAsync("again", steps[Math.Min(i, steps.Count - 1)]);
        }

        Assert.Equal(expected, await ReadAsync("again"));
    }

    // Killed between the commits of two sinks: one target is from before the statement, the other is behind it. A run has one description of the table, and files cannot be read anew from the middle: each target
    // that has other columns is named, to be dropped; then all are exact.
    [Fact]
    public async Task Targets_that_a_crash_left_on_both_sides_of_a_statement_are_named_and_exact_once_they_are_dropped()
    {
        var steps = Steps();
        await RunAsync("whole", steps[^1]);
        var expected = await ReadAsync("whole");
        for (var behind = 0; behind < steps.Count - 1; behind++)
        {
            foreach (var ahead in new[] { behind + 1, steps.Count - 1 }.Distinct())
            {
                var (one, other) = ($"one{behind}-{ahead}", $"other{behind}-{ahead}");
                await RunAsync(one, steps[behind], other);
                var kept = Directory.CreateDirectory(Path.Combine(_folder.FullName, $"kept{behind}-{ahead}"));
                Copy(Folder(one, "checkpoints"), kept.CreateSubdirectory("checkpoints"));
                Copy(Folder(other, "lake"), kept.CreateSubdirectory("lake"));
                await RunAsync(one, steps[ahead], other);
                Copy(new DirectoryInfo(Path.Combine(kept.FullName, "checkpoints")), Emptied(Folder(one, "checkpoints")));
                Copy(new DirectoryInfo(Path.Combine(kept.FullName, "lake")), Emptied(Folder(other, "lake")));
                var dropped = await FollowAdviceAsync(one, other, steps[^1]);
                Assert.True(dropped <= (Definitions.Any(d => d > behind && d <= ahead) ? 2 : 0), $"{behind}-{ahead}: {dropped} targets were refused");
                Assert.Equal((behind, ahead, string.Join('\n', expected)), (behind, ahead, string.Join('\n', await ReadAsync(one))));
                Assert.Equal((behind, ahead, string.Join('\n', expected)), (behind, ahead, string.Join('\n', await ReadAsync(other))));
            }
        }
    }

    [Fact]
    public async Task Statement_before_the_first_row_is_passed_since_that_row_describes_the_table()
    {
        var log = new BinlogBuilder();
        log.Ddl("d", "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(20), x INT)").Ddl("d", "ALTER TABLE t ADD q INT").Ddl("d", "ALTER TABLE t RENAME COLUMN q TO b, DROP COLUMN x");
        log.Transaction(t => t.Insert(Table(Id, A, B), [1L, "x", 2L]));
        await RunAsync("first", log.ToArray());
        log.Ddl("d", "ALTER TABLE t ADD n INT").Transaction(t => t.Insert(Table(Id, A, B, N), [2L, "y", 3L, 4L]));
        await RunAsync("first", log.ToArray());
        Assert.Equal(["id,a,b,n", "1|x|2|NULL", "2|y|3|4"], await ReadAsync("first"));
    }

    [Theory]
    [InlineData("ALTER TABLE t MODIFY n VARCHAR(10)", "MODIFY n VARCHAR(10)")]
    [InlineData("ALTER IGNORE TABLE t ADD UNIQUE (a)", "ALTER IGNORE TABLE t ADD UNIQUE")]
    [InlineData("REPAIR TABLE t", "REPAIR TABLE t")]
    public async Task Statement_that_cannot_be_followed_in_place_ends_each_run(string statement, string named)
    {
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(Table(Id, A, B), [1L, "x", 2L])).Ddl("d", "ALTER TABLE t ADD n INT").Transaction(t => t.Insert(Table(Id, A, B, N), [2L, "y", 3L, 4L]));
        await RunAsync("refused", log.ToArray());
        log.Ddl("d", statement);
        for (var run = 0; run < 2; run++)
        {
            var error = await Assert.ThrowsAsync<SchemaMismatchException>(() => RunAsync("refused", log.ToArray()));
            Assert.Contains(named, error.Message, StringComparison.Ordinal);
            Assert.Equal(["id,a,b,n", "1|x|2|NULL", "2|y|3|4"], await ReadAsync("refused"));
        }
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>Which of <see cref="Steps"/> are statements.</summary>
    private static readonly int[] Definitions = [1, 3, 4, 6, 8];

    // The log at the end of each of its transactions.
    private static List<byte[]> Steps()
    {
        var log = new BinlogBuilder();
        var steps = new List<byte[]>();
        Add(l => l.Transaction(t => t.Insert(Table(Id, A, B), [1L, "x", 2L], [2L, "y", 3L])));
        Add(l => l.Ddl("d", "ALTER TABLE t ADD n INT AFTER id"));
        Add(l => l.Transaction(t => t.Insert(Table(Id, N, A, B), [3L, 9L, "z", null])));
        Add(l => l.Ddl("d", "ALTER TABLE t DROP COLUMN a"));
        Add(l => l.Ddl("d", "ALTER TABLE t MODIFY b BIGINT"));
        Add(l => l.Transaction(t => t.Update(Table(Id, N, Wide), ([2L, null, 3L], [2L, null, 30L])).Insert(Table(Id, N, Wide), [4L, 8L, 5L])));
        Add(l => l.Ddl("d", "ALTER TABLE t RENAME COLUMN b TO c, DROP n"));
        Add(l => l.Transaction(t => t.Insert(Table(Id, C), [5L, 6_000_000_000L])));
        Add(l => l.Ddl("d", "ALTER TABLE t ADD COLUMN y VARCHAR(20) CHARACTER SET utf8mb4 AFTER id"));
        Add(l => l.Transaction(t => t.Insert(Table(Id, BinlogColumn.VarChar("y", 80) with { Nullable = true }, C), [6L, "w", 7L])));
        return steps;

        void Add(Action<BinlogBuilder> transaction)
        {
            transaction(log);
            steps.Add(log.ToArray());
        }
    }

    private static BinlogTable Table(params BinlogColumn[] columns) => new("d", "t", [0], columns);

    private IcebergTable Target(string name) => IcebergCatalog.FileSystem(Path.Combine(_folder.FullName, name, "lake")).Table("lake.t");

    private async Task<int> FollowAdviceAsync(string one, string other, byte[] log)
    {
        for (var dropped = 0; ; dropped++)
        {
            try
            {
                await RunAsync(one, log, other);
                return dropped;
            }
            catch (CatalogException error) when (dropped < 2)
            {
                Assert.Contains("has other columns than pipeline", error.Message, StringComparison.Ordinal);
                Assert.Contains("drop this one", error.Message, StringComparison.Ordinal);
                Emptied(new[] { one, other }.Select(n => Folder(n, "lake")).Single(f => error.Message.Contains($" {f.FullName} ", StringComparison.Ordinal)));
            }
        }
    }

    private DirectoryInfo Folder(string name, string of) => new(Path.Combine(_folder.FullName, name, of));

    private static DirectoryInfo Emptied(DirectoryInfo folder)
    {
        if (folder.Exists)
        {
            folder.Delete(recursive: true);
        }

        return Directory.CreateDirectory(folder.FullName);
    }

    private static void Copy(DirectoryInfo from, DirectoryInfo to)
    {
        foreach (var file in from.Exists ? from.EnumerateFiles("*", SearchOption.AllDirectories) : []) // a copy of a table needs no checkpoints
        {
            var target = Path.Combine(to.FullName, Path.GetRelativePath(from.FullName, file.FullName));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            file.CopyTo(target);
        }
    }

    private async Task RunAsync(string name, byte[] log, string? second = null)
    {
        var path = Path.Combine(_folder.CreateSubdirectory(name).FullName, "binlog.000001");
        await File.WriteAllBytesAsync(path, log);
        var rows = Pipeline.FromMySqlBinlog(MySqlSource.FromFiles(path).Table("d.t")).ToIceberg(Target(name));
        rows = second is null ? rows : rows.ToIceberg(Target(second));
        await rows.Build(name, o =>
        {
            o.CheckpointFolder = Path.Combine(_folder.FullName, name, "checkpoints");
            o.CommitInterval = TimeSpan.Zero;
        }).RunAsync();
    }

    private async Task<List<string>> ReadAsync(string name)
    {
        var rows = new List<string>();
        var columns = "";
        await foreach (var row in Target(name).ReadAsync())
        {
            columns = string.Join(',', row.Columns);
            rows.Add(string.Join('|', row.Columns.Select(c => row[c] ?? "NULL")));
        }

        return [columns, .. rows.Order(StringComparer.Ordinal)];
    }
}
