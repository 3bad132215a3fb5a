using System.Globalization;
using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;

namespace CdcLake.Benchmarks.Children;

/// <summary>Join and groups over many sales, in memory or within a budget, in a process of its own: says how fast they were loaded and updated, and what is in memory and on disk then.</summary>
internal static class SpillRun
{
    private const int EpochUpdates = SalesOperators.EpochRows / 2;

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
        var before = Figures.Clock;
        var (loadPeak, updatePeak) = (0L, 0L);
        for (var id = 1L; id <= rows; id += SalesOperators.EpochRows)
        {
            operators.Insert(workload, id, Math.Min(rows, id + SalesOperators.EpochRows - 1));
            EndEpoch(operators, ref loadPeak);
        }

        var load = Figures.Clock - before;
        before = Figures.Clock;
        var random = new Random(42);
        for (var done = 0; done < updates;)
        {
            for (var of = 0; of < EpochUpdates && done < updates;)
            {
                var batch = new ChangeBatch(SalesOperators.Input);
                for (; of < EpochUpdates && done < updates && batch.Count < ChangeBatch.TargetRows; of++, done++)
                {
                    var id = 1 + random.NextInt64(rows);
                    SalesOperators.Append(batch, workload.Sale(id, 0), -1);
                    SalesOperators.Append(batch, workload.Sale(id, 0), 1);
                }

                operators.Sales(batch);
            }

            EndEpoch(operators, ref updatePeak);
        }

        var update = Figures.Clock - before;
        ChildProgram.Say("spill", string.Create(
            CultureInfo.InvariantCulture,
            $"{load:R} {update:R} {loadPeak} {updatePeak} {operators.State.Sum(s => s.Bytes + s.Log.CopiedBytes)} {operators.State.Sum(s => s.Log.SpilledBytes)}"));
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
