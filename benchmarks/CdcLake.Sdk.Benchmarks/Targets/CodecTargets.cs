using System.IO.Hashing;
using CdcLake.Benchmarks.Logs;
using CdcLake.Compression;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The byte-level loops everything else stands on: checksums and compression.</summary>
internal static class CodecTargets
{
    private const int PageBytes = 1 << 20;
    private const int Repetitions = 50;

    public static TargetLine Crc(string logFile)
    {
        var bytes = File.ReadAllBytes(logFile).AsMemory(0, 32 << 20);
        const int wholeEvent = 8192;
        const int smallEvent = 60;
        var whole = Measurement.Median(2, 5, () => InPieces(bytes.Span, wholeEvent));
        var small = Measurement.Median(2, 5, () => InPieces(bytes.Span, smallEvent));
        return TargetLine.Against("crc32 of events of 8 KiB", Rate(whole), "GB/s", $"GB/s of {smallEvent} bytes", Rate(small), "≥ 5 GB/s", Rate(whole) >= 5);

        double Rate(Cost cost) => bytes.Length / cost.Cpu / 1e9;
    }

    /// <summary>Codecs over plain pages of the sales table, where every value differs from the one before a little.</summary>
    public static IReadOnlyList<TargetLine> Codecs(SalesLog workload)
    {
        var page = new byte[PageBytes];
        for (var i = 0; i + 28 <= page.Length; i += 28)
        {
            workload.Sale(1 + (i / 28), 0).WriteTo(page.AsSpan(i));
        }

        return [.. Lines(page, CompressionCodec.Snappy, null), .. Lines(page, CompressionCodec.Zstd, 1), .. Lines(page, CompressionCodec.Zstd, 3)];
    }

    private static IEnumerable<TargetLine> Lines(byte[] page, CompressionCodec codec, int? level)
    {
        using var compressor = new BlockCompressor(codec, level);
        using var decompressor = new BlockDecompressor();
        var compressed = new byte[compressor.MaxLength(page.Length)];
        var length = 0;
        var encode = Measurement.Median(3, 5, () => Repeat(() => length = compressor.Compress(page, compressed)));
        var decode = Measurement.Median(3, 5, () => Repeat(() => decompressor.Decompress(codec, compressed.AsSpan(0, length), page)));
        var name = level is null ? $"{codec}" : $"{codec} level {level}";
        yield return new TargetLine($"{name} compress (to {100.0 * length / page.Length:0} %)", Rate(encode), "MB/s");
        yield return new TargetLine($"{name} decompress", Rate(decode), "MB/s");

        static void Repeat(Action action)
        {
            for (var i = 0; i < Repetitions; i++)
            {
                action();
            }
        }

        static double Rate(Cost cost) => (double)Repetitions * PageBytes / cost.Cpu / 1e6;
    }

    // As the events of a log come.
    private static void InPieces(ReadOnlySpan<byte> bytes, int size)
    {
        for (var at = 0; at < bytes.Length; at += size)
        {
            Crc32.HashToUInt32(bytes.Slice(at, Math.Min(size, bytes.Length - at)));
        }
    }
}
