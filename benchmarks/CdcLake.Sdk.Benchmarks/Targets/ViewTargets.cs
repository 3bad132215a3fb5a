using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using CdcLake.Benchmarks.Children;
using CdcLake.Views;

namespace CdcLake.Benchmarks.Targets;

/// <summary>
/// How old a change is when the application sees it in a view: from the moment its transaction was committed at the source to the state that includes it, for every
/// transaction of a steady stream of 10,000 changes a second; then the same while another thread looks rows up as fast as it can, which takes a whole processor.
/// </summary>
internal static class ViewTargets
{
    private const int Transactions = 100; // a second
    private const int Changes = 100; // a transaction
    private const double WarmSeconds = 5;
    private const double WantedMilliseconds = 20;
    private const double WantedLookUps = 5;
    private const int LookUpsAtOnce = 1_000;

    /// <summary>Look-ups alone, over the map beneath a view and over .NET's persistent dictionary.</summary>
    public static IReadOnlyList<TargetLine> LookUps()
    {
        const int Rows = 300_000;
        const int Count = 3_000_000;
        var map = new PersistentMap<ViewKey<long>, Sale>.Builder();
        var other = ImmutableDictionary.CreateBuilder<ViewKey<long>, Sale>();
        for (var id = 1L; id <= Rows; id++)
        {
            var sale = new Sale(id, 1, 1, 1m, default);
            map[new ViewKey<long>(id)] = sale;
            other[new ViewKey<long>(id)] = sale;
        }

        var rows = map.ToMap();
        var others = other.ToImmutable();
        var ours = Count / Measurement.Median(1, 5, () => LookUp(id => rows.TryGetValue(new ViewKey<long>(id), out var row) ? row.Qty : 0)).Wall / 1e6;
        var theirs = Count / Measurement.Median(1, 5, () => LookUp(id => others.TryGetValue(new ViewKey<long>(id), out var row) ? row.Qty : 0)).Wall / 1e6;
        return [TargetLine.Against("look-ups in a view of 300k rows, by one thread", ours, "M/s", "M/s ImmutableDictionary", theirs, $"≥ {WantedLookUps} M", ours >= WantedLookUps)];

        static void LookUp(Func<long, int> qtyOf)
        {
            var random = new Random(5);
            var sum = 0;
            for (var i = 0; i < Count; i++)
            {
                sum += qtyOf(1 + random.Next(Rows));
            }

            if (sum != Count)
            {
                throw new InvalidOperationException("A look-up found no row.");
            }
        }
    }

    public static async Task<IReadOnlyList<TargetLine>> MySqlAsync(LiveTables tables, double seconds)
    {
        var view = new View<long, Sale>("sales");
        var folder = Directory.CreateTempSubdirectory("cdclake-view-");
        var source = new MySqlSource(tables.ConnectionString);
        await using var pipeline = Pipeline.FromMySqlBinlog(source.Table<Sale>($"{tables.Database}.sales")).ToView(view, s => s.Id)
            .Build("benchmark-view", o => o.CheckpointFolder = folder.FullName);
        using var stop = new CancellationTokenSource();
        var run = pipeline.RunAsync(stop.Token);
        var states = new List<(double Time, long Rows)>();
        await using var changes = view.ChangesAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        while (view.Count == 0)
        {
            await changes.MoveNextAsync();
        }

        var follower = FollowAsync(changes, states);
        var alone = await tables.WriteAsync(Transactions, Changes, WarmSeconds + seconds);
        await view.WaitForGtidAsync(await tables.PositionAsync(), CancellationToken.None);
        var lookUps = new TaskCompletionSource<double>();
        var reader = new Thread(() => lookUps.SetResult(LookUp(view, stop.Token)));
        reader.Start();
        var read = await tables.WriteAsync(Transactions, Changes, WarmSeconds + seconds);
        await view.WaitForGtidAsync(await tables.PositionAsync(), CancellationToken.None);
        await stop.CancelAsync();
        await run;
        await follower;
        reader.Join();
        folder.Delete(recursive: true);
        var perSecond = await lookUps.Task / 1e6;
        var rate = alone.Count * Changes / (alone[^1].Time - alone[0].Time) / 1e3;
        var (ages, others) = (AgesOf(alone), AgesOf(read));
        return
        [
            TargetLine.Against($"freshness of a view from MySQL, {rate:0.0}k changes/s, p99", P99(ages), "ms", "ms median", ages[ages.Count / 2], $"< {WantedMilliseconds}", P99(ages) < WantedMilliseconds),
            new TargetLine("  the worst", ages[^1], "ms"),
            TargetLine.Against("  p99 while one other thread looks rows up", P99(others), "ms", "ms median", others[others.Count / 2]),
            new TargetLine("  look-ups of that thread", perSecond, "M/s") { Target = $"≥ {WantedLookUps} M", IsMet = perSecond >= WantedLookUps },
        ];

        List<double> AgesOf(IReadOnlyList<(double Time, long Rows)> transactions) => [.. Figures.Ages(transactions, states, WarmSeconds).Select(a => a * 1e3).Order()];

        static double P99(List<double> ages) => ages[(int)(ages.Count * 0.99)];
    }

    private static async Task FollowAsync(IAsyncEnumerator<ViewChanges<long, Sale>> changes, List<(double Time, long Rows)> states)
    {
        try
        {
            do
            {
                states.Add((Figures.Clock, changes.Current.Snapshot.Count));
            }
            while (await changes.MoveNextAsync());
        }
        catch (OperationCanceledException)
        {
            // the measurement is over
        }
    }

    private static double LookUp(View<long, Sale> view, CancellationToken stop)
    {
        var random = new Random(5);
        var (count, found, began) = (0L, 0L, Stopwatch.GetTimestamp());
        for (; !stop.IsCancellationRequested; count += LookUpsAtOnce)
        {
            var rows = view.Count;
            for (var i = 0; i < LookUpsAtOnce; i++)
            {
                found += view.TryGet(1 + random.Next(rows), out var row) && row.Qty > 0 ? 1 : 0;
            }
        }

        return found == count ? count / Stopwatch.GetElapsedTime(began).TotalSeconds
            : throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{count - found} of {count} look-ups found no row."));
    }
}
