using System.Globalization;
using System.Runtime.InteropServices;
using CdcLake.Benchmarks.Baselines;
using CdcLake.State.Rows;
using CdcLake.State.Spilling;
using CdcLake.State.Stores;

namespace CdcLake.Benchmarks.Children;

/// <summary>Records by a number, made in its order and then changed at random, in our store or in RocksDB, in a process of its own.</summary>
internal static class KeyedRun
{
    private const int Width = 48;
    private const int Field = 16;
    private const int PieceRows = 4096;
    private const int PiecesOfEpoch = 16;

    /// <param name="store"><c>own</c> or <c>rocksdb</c>.</param>
    /// <param name="rows">Records.</param>
    /// <param name="updates">Changes afterwards.</param>
    /// <param name="budget">Bytes of memory; 0 for all there is (our own only).</param>
    /// <param name="folder">On the disk for what exceeds it.</param>
    public static void Run(string store, long rows, int updates, long budget, string folder)
    {
        var (load, update, peak, stored) = store == "own" ? Own(rows, updates, budget, folder) : Rocks(rows, updates, budget, Path.Combine(folder, "rocksdb"));
        ChildProgram.Say("keyed", string.Create(CultureInfo.InvariantCulture, $"{load:R} {update:R} {peak} {stored}"));
    }

    private static (double Load, double Update, long Peak, long Stored) Own(long rows, int updates, long budget, string folder)
    {
        using var shared = budget == 0 ? null : new StateBudget(budget, folder);
        var map = new RowMap(Width);
        using var keys = new EncodedRows();
        if (shared is not null)
        {
            ((IStateStore)map).Use(shared);
        }

        var references = new uint[PieceRows];
        var pieces = 0;
        var (load, update, peak) = Measure(rows, updates, (ids, _) =>
        {
            keys.Clear();
            foreach (var id in ids)
            {
                keys.Append(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in id)));
            }

            keys.ComputeHashes();
            map.FindOrAdd(keys, references.AsSpan(0, ids.Length));
            foreach (var reference in references.AsSpan(0, ids.Length))
            {
                map.Field<long>(reference, Field)++;
                map.Touch(reference);
            }

            if (++pieces % PiecesOfEpoch == 0)
            {
                map.Log.Trim();
            }
        });
        return (load, update, peak, map.Log.SpilledBytes);
    }

    private static (double Load, double Update, long Peak, long Stored) Rocks(long rows, int updates, long budget, string folder)
    {
        using var store = new RocksStore(folder, budget, Width);
        var (load, update, peak) = Measure(rows, updates, (ids, areNew) => store.Increase(ids, Field, areNew));
        return (load, update, peak, new DirectoryInfo(folder).EnumerateFiles().Sum(f => f.Length));
    }

    private static (double Load, double Update, long Peak) Measure(long rows, int updates, Action<long[], bool> increase)
    {
        var peak = 0L;
        var ids = new long[PieceRows];
        var before = Figures.Clock;
        for (var id = 0L; id < rows; id += ids.Length)
        {
            for (var i = 0; i < ids.Length; i++)
            {
                ids[i] = id + i;
            }

            increase(ids, true);
            peak = Math.Max(peak, Environment.WorkingSet);
        }

        var load = Figures.Clock - before;
        var random = new Random(42);
        before = Figures.Clock;
        for (var done = 0; done < updates; done += ids.Length)
        {
            for (var i = 0; i < ids.Length; i++)
            {
                ids[i] = random.NextInt64(rows);
            }

            increase(ids, false);
            peak = Math.Max(peak, Environment.WorkingSet);
        }

        return (load, Figures.Clock - before, peak);
    }
}
