using CdcLake.Columnar;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Tables;
using CdcLake.State.Rows;
using CdcLake.Storage;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The key index alone: filling it, and moving random keys of a full one.</summary>
internal static class IndexTargets
{
    private const int Keys = 8_000_000;
    private const int BatchKeys = 16_384;
    private const double WantedSets = 5;
    private const double WantedBytes = 24;

    private const long FewBytes = 32 << 20;

    public static IReadOnlyList<TargetLine> Sets(Workspace work) =>
    [
        .. Sets(DataType.Int64, "bigint"), .. Sets(DataType.String, "36 characters"), .. Spilled(work, DataType.Int64, "bigint"), .. Spilled(work, DataType.String, "36 characters"),
    ];

    /// <summary>An index of which a fifth fits into memory, the rest on disk (in the page cache of the system, as far as that has room).</summary>
    private static IEnumerable<TargetLine> Spilled(Workspace work, DataType type, string name)
    {
        var schema = new Schema([new Field("id", type, Nullable: false)]);
        var folder = work.Fresh("keys");
        var space = new KeyIndexSpace(FewBytes, folder);
        using var index = KeyIndex.For(schema, space);
        var filled = Fill(index, schema, i => i);
        var random = new Random(1);
        var moved = Fill(index, schema, _ => random.Next(Keys));
        yield return new TargetLine($"key index of {Keys / 1_000_000} M {name} in {FewBytes >> 20} MiB: fill (one core)", Keys / filled.Cpu / 1e6, "M keys/s");
        yield return new TargetLine("  set random keys", Keys / moved.Cpu / 1e6, "M keys/s");
        yield return new TargetLine("  set random keys (clock)", Keys / moved.Wall / 1e6, "M keys/s");
        yield return new TargetLine("  memory, counted", index.Bytes / (double)(1 << 20), "MiB");
        var path = Path.Combine(folder, "kept");
        var before = Cost.Now();
        index.WriteTo(LocalFile.Create(path, KeyIndex.Content));
        var written = Cost.Now() - before;
        before = Cost.Now();
        using (var file = LocalFile.Open(path, KeyIndex.Content))
        using (var again = KeyIndex.For(schema, space with { MemoryBytes = long.MaxValue }, index.Seed))
        {
            again.ReadFrom(file, [.. Enumerable.Range(0, (Keys / BatchKeys) + 1).Select(i => new LiveFile(i))]);
        }

        var read = Cost.Now() - before;
        yield return new TargetLine("  left on disk for the next start (clock)", Keys / written.Wall / 1e6, "M keys/s");
        yield return new TargetLine("  read again at it (clock)", Keys / read.Wall / 1e6, "M keys/s");
        File.Delete(path);
    }

    private static IEnumerable<TargetLine> Sets(DataType type, string name)
    {
        var schema = new Schema([new Field("id", type, Nullable: false)]);
        using var index = KeyIndex.For(schema, KeyIndexSpace.Default with { MemoryBytes = long.MaxValue });
        var before = MemoryInUse();
        var filled = Fill(index, schema, i => i);
        var bytes = (MemoryInUse() - before) / (double)index.Count;
        var random = new Random(1);
        var moved = Fill(index, schema, _ => random.Next(Keys));
        yield return new TargetLine($"key index of {Keys / 1_000_000} M {name}: fill (one core)", Keys / filled.Cpu / 1e6, "M keys/s");
        yield return new TargetLine("  set random keys", Keys / moved.Cpu / 1e6, "M keys/s", Target: $"≥ {WantedSets} M", IsMet: Keys / moved.Cpu / 1e6 >= WantedSets);
        yield return new TargetLine("  bytes a key, counted", index.Bytes / (double)index.Count, "bytes", Target: $"≤ {WantedBytes}", IsMet: index.Bytes / (double)index.Count <= WantedBytes);
        yield return new TargetLine("  bytes a key, resident memory", bytes, "bytes");
    }

    private static Cost Fill(KeyIndex index, Schema schema, Func<int, int> keyOf)
    {
        var codec = new RowCodec(schema, [0]);
        using var keys = new EncodedRows();
        var positions = new uint[BatchKeys];
        var previous = new RowLocation[BatchKeys];
        var total = default(Cost);
        for (var start = 0; start < Keys; start += BatchKeys)
        {
            using var batch = new ChangeBatch(schema);
            for (var i = start; i < start + BatchKeys; i++)
            {
                Append(batch, keyOf(i));
            }

            codec.Encode(batch, keys);
            var before = Cost.Now();
            index.Set(keys, [], start / BatchKeys, positions, previous);
            var cost = Cost.Now() - before;
            total = new Cost(total.Cpu + cost.Cpu, total.Wall + cost.Wall, total.Allocated + cost.Allocated);
        }

        return total;
    }

    private static void Append(ChangeBatch batch, int key)
    {
        if (batch[0] is FixedColumn<long> numbers)
        {
            numbers.Append(key);
        }
        else
        {
            Span<byte> text = stackalloc byte[36];
            text.Fill((byte)'-');
            System.Buffers.Text.Utf8Formatter.TryFormat(key, text, out _);
            batch.Bytes(0).Append(text);
        }

        batch.AppendWeight(1);
    }

    private static long MemoryInUse()
    {
        GC.Collect();
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
