using System.Globalization;
using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;

namespace CdcLake.Benchmarks.Children;

/// <summary>Join and groups over many sales, in memory or within a budget, in a process of its own: says how fast they were loaded and updated, and what is in memory and on disk then.</summary>
internal static class SpillRun
{
    private const int EpochRows = 32_768;

    /// <param name="rows">Sales, one row each.</param>
    /// <param name="updates">Sales that are changed afterwards, at random among all of them.</param>
    /// <param name="budget">Bytes of memory; 0 for all there is.</param>
    /// <param name="folder">On the disk for what exceeds it.</param>
    public static void Run(long rows, int updates, long budget, string folder)
    {
        using var shared = budget == 0 ? null : new StateBudget(budget, folder);
        using var operators = new SalesOperators(withLatest: false);
        foreach (var store in shared is null ? [] : operators.State)
        {
            store.Use(shared!);
        }

        var workload = new SalesLog();
        operators.Products(SalesTables.AllProducts(workload.Products));
        var before = Cost.Now();
        var (loadPeak, updatePeak) = (0L, 0L);
        for (var id = 1L; id <= rows;)
        {
            var end = Math.Min(rows, id + EpochRows - 1);
            while (id <= end)
            {
                var batch = new ChangeBatch(SalesOperators.Input);
                for (; id <= end && batch.Count < ChangeBatch.TargetRows; id++)
                {
                    SalesOperators.Append(batch, workload.Sale(id, 0), 1);
                }

                operators.Sales(batch);
            }

            EndEpoch(operators, ref loadPeak);
        }

        var load = Cost.Now() - before;
        before = Cost.Now();
        var random = new Random(42);
        for (var done = 0; done < updates;)
        {
            for (var of = 0; of < EpochRows / 2 && done < updates;)
            {
                var batch = new ChangeBatch(SalesOperators.Input);
                for (; of < EpochRows / 2 && done < updates && batch.Count < ChangeBatch.TargetRows; of++, done++)
                {
                    var id = 1 + random.NextInt64(rows);
                    SalesOperators.Append(batch, workload.Sale(id, 0), -1);
                    SalesOperators.Append(batch, workload.Sale(id, 0), 1);
                }

                operators.Sales(batch);
            }

            EndEpoch(operators, ref updatePeak);
        }

        var update = Cost.Now() - before;
        ChildProgram.Say("spill", string.Create(
            CultureInfo.InvariantCulture,
            $"{load.Wall:R} {load.Cpu:R} {update.Wall:R} {update.Cpu:R} {loadPeak} {updatePeak} {operators.State.Sum(s => s.Bytes)} {operators.State.Sum(s => s.Log.SpilledBytes)}"));
    }

    private static void EndEpoch(SalesOperators operators, ref long peak)
    {
        operators.EndEpoch();
        foreach (var store in operators.State)
        {
            store.Log.Trim();
        }

        peak = Math.Max(peak, Environment.WorkingSet);
    }
}
