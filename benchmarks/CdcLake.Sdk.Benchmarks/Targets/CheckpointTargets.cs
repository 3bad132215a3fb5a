using CdcLake.Benchmarks.Logs;
using CdcLake.Checkpoints;
using CdcLake.MySql.Gtids;
using CdcLake.State.Stores;
using CdcLake.Storage;

namespace CdcLake.Benchmarks.Targets;

/// <summary>How long checkpoints stop operators that take in sales all the time: what is written ahead while they go on, beside all of it at the barrier.</summary>
internal static class CheckpointTargets
{
    private const string Operator = "sales";
    private const int MostHeadStarts = 4;
    private const double Wanted = 100;

    /// <param name="work">Where checkpoints lie.</param>
    /// <param name="rows">Sales, of which a tenth comes between two checkpoints.</param>
    public static async Task<IReadOnlyList<TargetLine>> PausesAsync(Workspace work, int rows)
    {
        var (ahead, state) = await RunAsync(work, rows, writesAhead: true);
        var (whole, _) = await RunAsync(work, rows, writesAhead: false);
        return
        [
            TargetLine.Against($"longest stop for a checkpoint, state of {state / 1e9:0.0} GB (clock)", ahead * 1e3, "ms", "ms when all is written at the barrier", whole * 1e3, "≤ 100", ahead * 1e3 <= Wanted),
        ];
    }

    private static async Task<(double Pause, long State)> RunAsync(Workspace work, int rows, bool writesAhead)
    {
        using var operators = new SalesOperators(withLatest: false);
        var folder = work.Fresh("pauses");
        await using var store = new CheckpointStore(
            new LocalObjectStore(folder, TimeProvider.System), "pauses", [new CheckpointOperator(Operator, "f", operators.State.Count)], TimeProvider.System);
        var parts = new[] { new CheckpointPart(Operator, operators.State, () => { }) };
        var workload = new SalesLog();
        operators.Products(SalesTables.AllProducts(workload.Products));
        var (id, longest) = (1L, 0.0);
        for (var checkpoint = 1; checkpoint <= 10; checkpoint++)
        {
            for (var end = rows / 10L * checkpoint; id < end;)
            {
                Epoch(operators, workload, ref id);
            }

            for (var i = 0; i < MostHeadStarts && writesAhead && store.WantsHeadStart(parts); i++)
            {
                await using var head = store.BeginHeadStart();
                longest = Math.Max(longest, await TimeAsync(head, operators.State));
                var writing = Task.Run(() => head.RunAsync(CancellationToken.None));
                while (!writing.IsCompleted)
                {
                    Epoch(operators, workload, ref id);
                }

                await writing;
            }

            await using var round = store.Begin();
            longest = Math.Max(longest, await TimeAsync(round, operators.State));
            var publishing = Task.Run(() => store.CommitAsync(round, new MySqlPosition(GtidSet.Empty), CancellationToken.None));
            while (!publishing.IsCompleted)
            {
                Epoch(operators, workload, ref id);
            }

            await publishing;
        }

        var state = operators.State.Sum(s => s.Bytes);
        Directory.Delete(folder, recursive: true);
        return (longest, state);
    }

    private static async Task<double> TimeAsync(ICheckpointRound round, IReadOnlyList<IStateStore> state)
    {
        var before = Cost.Now();
        await round.WriteAsync(Operator, state, CancellationToken.None);
        return (Cost.Now() - before).Wall;
    }

    private static void Epoch(SalesOperators operators, SalesLog workload, ref long id)
    {
        operators.Insert(workload, id, id + SalesOperators.EpochRows - 1);
        id += SalesOperators.EpochRows;
        operators.EndEpoch();
    }
}
