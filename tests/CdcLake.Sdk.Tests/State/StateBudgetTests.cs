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

    private static RowMap Filled(StateBudget budget, int rows)
    {
        var map = new RowMap(1_000);
        ((IStateStore)map).Use(budget);
        Fill(map, rows);
        return map;
    }

    private static void Fill(RowMap map, int rows)
    {
        using var keys = new EncodedRows();
        for (var i = 0; i < rows; i++)
        {
            keys.Append(BitConverter.GetBytes(i));
        }

        keys.ComputeHashes();
        map.FindOrAdd(keys, new uint[rows]);
    }
}
