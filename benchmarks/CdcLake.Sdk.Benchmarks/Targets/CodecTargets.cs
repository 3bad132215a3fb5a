using CdcLake.Common;

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

    // As events come: 8 KiB at a time.
    private static void InPieces(ReadOnlySpan<byte> bytes, Func<ReadOnlySpan<byte>, uint> checksum)
    {
        for (var at = 0; at < bytes.Length; at += 8192)
        {
            checksum(bytes.Slice(at, Math.Min(8192, bytes.Length - at)));
        }
    }
}
