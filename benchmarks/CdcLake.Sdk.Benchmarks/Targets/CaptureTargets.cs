using CdcLake.Benchmarks.Baselines;
using CdcLake.Benchmarks.Logs;
using CdcLake.Connectors;
using CdcLake.MySql;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.Benchmarks.Targets;

/// <summary>The log over a loopback socket, beside a client that throws the same stream away. On the clock: server and client work at the same time.</summary>
internal static class CaptureTargets
{
    private const double Wanted = 0.7;

    /// <summary>From a server that only sends a prepared log: faster than MySQL, so the client is what limits.</summary>
    public static async Task<IReadOnlyList<TargetLine>> LocalAsync(Workspace work)
    {
        using var server = new LogServer(work.InsertLog);
        var bytes = 0L;
        var discard = await Measurement.MedianAsync(1, 5, async () => bytes = await DiscardingClient.LogAsync(server.ConnectionString, GtidSet.Empty.Encode()));
        var whole = (await DecodeTargets.DecodeAsync(work.InsertLog, "appdb.sales")).Position!.Executed;
        var capture = await CaptureOfAsync(work.InsertLog);
        var rows = 0L;
        var ours = await Measurement.MedianAsync(1, 5, async () => rows = await CaptureAsync(server.ConnectionString, capture, GtidSet.Empty, whole));
        return Lines("capture from a local log server (clock)", bytes, rows, ours, discard);
    }

    /// <summary>From the MySQL server of the environment, which has just executed the inserts.</summary>
    public static async Task<IReadOnlyList<TargetLine>> MySqlAsync(BenchmarkServer server)
    {
        var bytes = 0L;
        var discard = await Measurement.MedianAsync(1, 3, async () => bytes = await DiscardingClient.LogAsync(server.ConnectionString, server.Before.Encode()));
        var capture = await server.CaptureAsync();
        var rows = 0L;
        var ours = await Measurement.MedianAsync(1, 3, async () => rows = await CaptureAsync(server.ConnectionString, capture, server.Before, server.After));
        return Lines("capture from MySQL over loopback (clock)", bytes, rows, ours, discard);
    }

    private static IReadOnlyList<TargetLine> Lines(string name, long bytes, long rows, Cost ours, Cost discard)
    {
        var ratio = discard.Wall / ours.Wall;
        return
        [
            TargetLine.Against(name, bytes / ours.Wall / 1e6, "MB/s", "MB/s discarded", bytes / discard.Wall / 1e6, $"≥ {Wanted} of discarding", ratio >= Wanted),
            new TargetLine("  the same", rows / ours.Wall / 1e6, "M rows/s"),
        ];
    }

    private static async Task<TableCapture> CaptureOfAsync(string path)
    {
        await using var source = new BinlogFileSource([path]);
        var described = (await source.DescribeAsync(["appdb.sales"], CancellationToken.None))[0];
        return TableCapture.Of(described, [.. Enumerable.Range(0, described.Schema.Count)]);
    }

    // The stream and the event processor of the live source, from one set to another.
    private static async Task<long> CaptureAsync(string server, TableCapture capture, GtidSet from, GtidSet to)
    {
        var options = MySqlConnectionOptions.Parse(server);
        var settings = new MySqlSourceOptions();
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions { Tables = [capture], Executed = from, StartsEmpty = true });
        using var stop = new CancellationTokenSource();
        var output = new CountingOutput(stop, epoch => ((MySqlPosition)epoch.Position).Executed.Covers(to));
        var identity = ReplicaIdentity.Of("benchmark", options.Endpoint, null, settings.Heartbeat);
        await using var session = await ServerSession.OpenAsync(options, options.Hosts[0], CancellationToken.None);
        await using var stream = await BinlogStream.OpenAsync(session, identity, processor, TimeProvider.System, CancellationToken.None);
        try
        {
            await stream.PumpAsync(output, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The last transaction arrived.
        }

        return output.Rows;
    }
}
