using CdcLake.Benchmarks.Logs;
using CdcLake.Common;
using CdcLake.Compression;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The byte-level loops everything else stands on: checksums and compression.</summary>
internal static class CodecTargets
{
    public static TargetLine Crc(string logFile)
    {
        var bytes = File.ReadAllBytes(logFile).AsMemory(0, 32 << 20);
        var ours = Measurement.Median(2, 5, () => InPieces(bytes.Span, static s => Crc32.Compute(s)));
        var tables = Measurement.Median(2, 3, () => InPieces(bytes.Span, static s => Crc32.UpdateByTables(uint.MaxValue, s)));
        return TargetLine.Against("crc32 of events", Rate(ours), "GB/s", "GB/s by tables", Rate(tables), "≥ 5 GB/s", Rate(ours) >= 5);

        double Rate(Cost cost) => bytes.Length / cost.Cpu / 1e9;
    }

    /// <summary>Snappy over plain pages of the sales table, where every value differs from the one before a little.</summary>
    public static IReadOnlyList<TargetLine> Snappies(SalesLog workload)
    {
        const int pageBytes = 1 << 20;
        var page = new byte[pageBytes];
        for (var i = 0; i + 28 <= page.Length; i += 28)
        {
            workload.Sale(1 + (i / 28), 0).WriteTo(page.AsSpan(i));
        }

        var compressed = new byte[Snappy.MaxCompressedLength(pageBytes)];
        var length = 0;
        var theirs = IronSnappy.Snappy.Encode(page);
        var encode = Measurement.Median(3, 5, () => Repeat(() => length = Snappy.Compress(page, compressed)));
        var otherEncode = Measurement.Median(2, 3, () => Repeat(() => IronSnappy.Snappy.Encode(page)));
        var decode = Measurement.Median(3, 5, () => Repeat(() => SnappyDecoder.Decompress(compressed.AsSpan(0, length), page)));
        var otherDecode = Measurement.Median(2, 3, () => Repeat(() => IronSnappy.Snappy.Decode(theirs)));
        return
        [
            TargetLine.Against($"snappy compress (to {100.0 * length / pageBytes:0} %; IronSnappy {100.0 * theirs.Length / pageBytes:0} %)", Rate(encode), "MB/s", "MB/s IronSnappy", Rate(otherEncode)),
            TargetLine.Against("snappy decompress", Rate(decode), "MB/s", "MB/s IronSnappy", Rate(otherDecode)),
        ];

        static void Repeat(Action action)
        {
            for (var i = 0; i < 50; i++)
            {
                action();
            }
        }

        static double Rate(Cost cost) => 50.0 * pageBytes / cost.Cpu / 1e6;
    }

    // As events come: 8 KiB at a time.
    private static void InPieces(ReadOnlySpan<byte> bytes, Func<ReadOnlySpan<byte>, uint> checksum)
    {
        for (var at = 0; at < bytes.Length; at += 8192)
        {
            checksum(bytes.Slice(at, Math.Min(8192, bytes.Length - at)));
        }
    }
}
