using CdcLake.Benchmarks.Baselines;
using CdcLake.Benchmarks.Logs;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The log over a loopback socket, beside a client that throws the same stream away.</summary>
internal static class CaptureTargets
{
    public static async Task<IReadOnlyList<TargetLine>> LocalAsync(Workspace work)
    {
        using var server = new LogServer(work.InsertLog);
        var none = new byte[8];
        var bytes = 0L;
        var discard = await Measurement.MedianAsync(1, 5, async () => bytes = await DiscardingClient.LogAsync(server.ConnectionString, none));
        return [new TargetLine("capture", bytes / discard.Wall / 1e6, "MB/s")];
    }
}
