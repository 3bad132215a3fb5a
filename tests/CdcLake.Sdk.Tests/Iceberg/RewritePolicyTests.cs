using CdcLake.Iceberg;
using CdcLake.Iceberg.Writing;

namespace CdcLake.Tests.Iceberg;

/// <summary>What commits write for what changed, with many patterns of changes over tables of many sizes.</summary>
public sealed class RewritePolicyTests
{
    private const int Seed = 1;
    private static readonly IcebergSinkSettings Settings = new() { TargetFileSizeBytes = 8 << 20, SmallFileBytes = 1 << 20 };

    /// <summary>Rows of the table, bytes of a row, commits, and what each commit changes.</summary>
    public static TheoryData<string, int, int, int> Patterns => new()
    {
        { "one row", 30_000, 213, 300 },
        { "hot rows", 30_000, 213, 300 },
        { "hot rows", 200_000, 200, 300 },
        { "few rows", 200_000, 200, 300 },
        { "many rows", 200_000, 200, 60 },
        { "many rows", 200_000, 3, 60 },
        { "all rows", 20_000, 100, 20 },
        { "recent rows", 100_000, 100, 200 },
        { "inserts, one each", 0, 100, 1500 },
        { "inserts, many each", 0, 100, 200 },
        { "deletes", 150_000, 100, 100 },
        { "sliding window", 50_000, 100, 200 },
        { "few rows", 1_000, 100, 300 },
        { "anything", 50_000, 100, 200 },
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Written_bytes_are_bounded_by_changed_bytes(string pattern, int rows, int rowBytes, int commits)
    {
        var model = Run(pattern, rows, rowBytes, commits);
        var rewritten = (RewritePolicy.EarnedPerDead * model.Removed) + (model.Commits * RewritePolicy.FreeBytes);
        Assert.InRange(model.Written, model.Added, 5 * (model.Added + rewritten));

        // The bound holds always; what is usual is far below: the changed rows, and those rewritten for the dead ones.
        Assert.InRange(model.Written, model.Added, (3 * model.Added) + rewritten);
    }

    [Theory]
    [MemberData(nameof(Patterns))]
    public void Dead_rows_and_files_stay_few(string pattern, int rows, int rowBytes, int commits)
    {
        var model = Run(pattern, rows, rowBytes, commits);
        var dead = model.Files.Sum(f => f.Deleted.Count);
        var live = model.Files.Sum(f => f.LiveRows);
        Assert.Equal(model.Rows, live);
        Assert.InRange(dead, 0, live / 3);
        var most = (model.Files.Sum(f => f.LiveBytes) / Settings.SmallFileBytes) + (Settings.FoldAt * 4);
        Assert.InRange(model.Files.Count, 0, most);
    }

    [Fact]
    public void One_row_of_a_wide_table_costs_little_each_time()
    {
        var model = Run("one row", rows: 30_000, rowBytes: 213, commits: 100);
        Assert.InRange(model.Written / model.Commits, 213, 8_000);
    }

    [Theory]
    [InlineData("one row", 1_200, 200)]
    [InlineData("hot rows", 1_200, 200)]
    [InlineData("few rows", 30_000, 4)]
    [InlineData("all rows", 5_000, 40)]
    public void Small_table_is_one_clean_file_after_every_commit(string pattern, int rows, int rowBytes)
    {
        var random = new Random(Seed);
        var model = new RewriteModel(rowBytes, Settings);
        model.Commit(Enumerable.Range(0, rows), []);
        for (var commit = 0; commit < 50; commit++)
        {
            Change(model, pattern, random, rows, commit);
            Assert.Equal(0, Assert.Single(model.Files).Deleted.Count);
        }
    }

    private static RewriteModel Run(string pattern, int rows, int rowBytes, int commits)
    {
        var random = new Random(Seed);
        var model = new RewriteModel(rowBytes, Settings);
        model.Commit(Enumerable.Range(0, rows), []);
        model.ResetCounts();
        for (var commit = 0; commit < commits; commit++)
        {
            Change(model, pattern, random, rows, commit);
        }

        return model;
    }

    private static void Change(RewriteModel model, string pattern, Random random, int rows, int commit)
    {
        var (upserts, deletes) = pattern switch
        {
            "one row" => (Some(1, _ => random.Next(rows)), []),
            "hot rows" => (Some(50, i => i * 7), []),
            "few rows" => (Some(20, _ => random.Next(rows)), []),
            "many rows" => (Some(rows / 100, _ => random.Next(rows)), []),
            "all rows" => (Some(rows, i => i), []),
            "recent rows" => (Some(500, i => rows + (commit * 100) + (i / 5)), []),
            "inserts, one each" => (Some(1, _ => commit), []),
            "inserts, many each" => (Some(1000, i => (commit * 1000) + i), []),
            "deletes" => ([], Some(1000, _ => random.Next(rows))),
            "sliding window" => (Some(1000, i => rows + (commit * 1000) + i), Some(1000, i => (commit * 1000) + i)),
            _ => (Some(random.Next(3) * random.Next(1000), _ => random.Next(rows * 2)), Some(random.Next(2) * random.Next(500), _ => random.Next(rows))),
        };
        model.Commit(upserts, deletes);
    }

    private static List<int> Some(int count, Func<int, int> key) => [.. Enumerable.Range(0, count).Select(key)];
}
