using CdcLake.Benchmarks.Baselines;
using CdcLake.Benchmarks.Logs;
using CdcLake.Columnar;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The operators of the sales-by-product job alone: changes in columns in, changes of the result out, epochs of the default size.</summary>
internal static class JoinTargets
{
    private const double Wanted = 1500;

    public static async Task<IReadOnlyList<TargetLine>> JoinAggregateAsync(SalesLog workload)
    {
        var epochs = new List<List<ChangeBatch>>();
        var emitted = 0L;
        var ours = await Measurement.MedianAsync(
            1,
            3,
            () =>
            {
                emitted = Run(workload, epochs);
                return Task.CompletedTask;
            },
            () => epochs = Epochs(workload));
        var changes = workload.Changes().Select(c => (Old(c.Old), Old(c.New)!)).ToList();
        var naiveEmitted = 0L;
        var naive = Measurement.Median(1, 3, () => naiveEmitted = Naive(workload, changes));
        var rate = workload.Statements / ours.Cpu / 1e3;
        return
        [
            TargetLine.Against($"join + aggregate, {workload.UpdatePercent} % updates (one core)", rate, "k changes/s", "k changes/s objects and dictionaries", workload.Statements / naive.Cpu / 1e3,
                $"≥ {Wanted}", rate >= Wanted),
            TargetLine.Against("  allocated", ours.Allocated / (double)workload.Statements, "bytes/change", "bytes/change", naive.Allocated / (double)workload.Statements),
        ];
    }

    private static long Run(SalesLog workload, List<List<ChangeBatch>> epochs)
    {
        using var operators = new SalesOperators();
        operators.Products(SalesTables.AllProducts(workload.Products));
        foreach (var epoch in epochs)
        {
            foreach (var batch in epoch)
            {
                operators.Sales(batch);
            }

            operators.EndEpoch();
        }

        return operators.Emitted;
    }

    private static List<List<ChangeBatch>> Epochs(SalesLog workload)
    {
        var epochs = new List<List<ChangeBatch>>();
        var rows = SalesOperators.EpochRows;
        foreach (var (old, sale) in workload.Changes())
        {
            if (rows >= SalesOperators.EpochRows)
            {
                epochs.Add([]);
                rows = 0;
            }

            var epoch = epochs[^1];
            if (epoch.Count == 0 || epoch[^1].Count >= ChangeBatch.TargetRows)
            {
                epoch.Add(new ChangeBatch(SalesOperators.Input));
            }

            if (old is { } before)
            {
                SalesOperators.Append(epoch[^1], before, -1);
                rows++;
            }

            SalesOperators.Append(epoch[^1], sale, 1);
            rows++;
        }

        return epochs;
    }

    private static NaiveJoinAggregate.Sale? Old(SaleRow? row) => row is { } r
        ? new(r.Id, r.ProductId, r.Quantity, r.Cents / 100m, DateTime.UnixEpoch.AddMilliseconds(r.Milliseconds))
        : null;

    private static long Naive(SalesLog workload, List<(NaiveJoinAggregate.Sale? Old, NaiveJoinAggregate.Sale New)> changes)
    {
        var naive = new NaiveJoinAggregate();
        for (var id = 1; id <= workload.Products; id++)
        {
            naive.Add(new NaiveJoinAggregate.Product(id, $"SKU-{id:D6}", $"Product {id} of the catalogue"));
        }

        var rows = 0;
        foreach (var (old, sale) in changes)
        {
            if (old is null)
            {
                naive.Insert(sale);
            }
            else
            {
                naive.Update(sale);
            }

            if (++rows % 28_000 == 0)
            {
                naive.EndEpoch();
            }
        }

        naive.EndEpoch();
        return naive.Emitted;
    }
}
