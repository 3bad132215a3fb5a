using CdcLake.State.Rows;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;

namespace CdcLake.Tests.State;

public sealed class StateBudgetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Store_that_is_given_up_leaves_its_memory_to_the_others()
    {
        using var budget = new StateBudget(4 << 20, _folder.Path); // three quarters of it for what lives in memory
        var (former, next) = (Filled(budget, 2_000), Filled(budget, 0));
        Assert.Equal(0, former.Log.SpilledBytes);
        former.Log.GiveUp();
        Fill(next, 2_000);
        Assert.Equal(0, next.Log.SpilledBytes);
        Fill(Filled(budget, 0), 2_000);
        Assert.True(budget.SpilledBytes > 0, "two stores have the memory of one");
    }

    [Fact]
    public void Copies_of_records_on_disk_stay_within_a_quarter_and_one_batch()
    {
        const int rows = 20_000, batch = 256;
        using var budget = new StateBudget(4 << 20, _folder.Path);
        var map = Filled(budget, rows);
        Assert.True(map.Log.SpilledBytes > 3L * budget.Bytes, $"only {map.Log.SpilledBytes:N0} bytes are on disk");
        var random = new Random(7);
        var expected = new int[rows];
        for (var round = 0; round < 200; round++)
        {
            var some = Enumerable.Range(0, batch).Select(_ => random.Next(rows)).ToArray();
            var references = new uint[batch];
            map.Find(Keys(some), references);
            for (var i = 0; i < batch; i++)
            {
                Assert.Equal(expected[some[i]], map.Field<int>(references[i], 0));
                map.Field<int>(references[i], 0) = ++expected[some[i]];
            }

            const int copy = 2_100; // a record of 1,000 bytes that may all change, and what it was
            Assert.InRange(map.Log.CopiedBytes, 1, budget.CopyBytes + (batch * copy));
        }
    }

    [Fact]
    public void Disk_that_fails_under_spilled_records_is_an_error_that_names_the_option()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // elsewhere there is no way to a file without a name
        }

        using var budget = new StateBudget(4 << 20, _folder.Path);
        var map = Filled(budget, 20_000);
        foreach (var handle in Directory.EnumerateFiles("/proc/self/fd").Where(f => new FileInfo(f).LinkTarget?.StartsWith(_folder.Path, StringComparison.Ordinal) == true))
        {
            using var file = File.OpenHandle(handle, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.SetLength(file, 0);
        }

        var error = Assert.Throws<ObjectStoreException>(() => map.Find(Keys([1]), new uint[1]));
        Assert.Contains("PipelineOptions.StateFolder", error.Message, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, error.Message, StringComparison.Ordinal);
    }

    private static EncodedRows Keys(IEnumerable<int> numbers)
    {
        var keys = new EncodedRows();
        foreach (var number in numbers)
        {
            keys.Append(BitConverter.GetBytes(number));
        }

        keys.ComputeHashes();
        return keys;
    }

    private static RowMap Filled(StateBudget budget, int rows)
    {
        var map = new RowMap(1_000);
        ((IStateStore)map).Use(budget);
        Fill(map, rows);
        return map;
    }

    private static void Fill(RowMap map, int rows)
    {
        using var keys = Keys(Enumerable.Range(0, rows));
        map.FindOrAdd(keys, new uint[rows]);
    }
}
