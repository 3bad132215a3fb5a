using CdcLake.Benchmarks.Targets;

namespace CdcLake.Benchmarks;

/// <summary>What the runs measure, in order.</summary>
internal static class TargetLists
{
    /// <summary>Everything that has a target, in about six minutes.</summary>
    public static IEnumerable<TargetGroup> Short(Workspace work) =>
    [
        new("decode sales from file", () => DecodeTargets.SalesAsync(work)),
        new("decode compressed sales from file", () => DecodeTargets.CompressedAsync(work)),
        new("decode mixed rows from file", () => DecodeTargets.MixedAsync(work)),
        new("capture from a local log server", () => CaptureTargets.LocalAsync(work)),
        new("capture from MySQL", () => WithServer(work, "capture from MySQL over loopback (clock)", CaptureTargets.MySqlAsync)),
        new("snapshot from MySQL", () => WithServer(work, "snapshot from MySQL (clock)", SnapshotTargets.MySqlAsync)),
        new("crc32", () => Several([CodecTargets.Crc(work.InsertLog)])),
        new("codecs", () => Several(CodecTargets.Codecs(work.InsertWorkload))),
        new("join + aggregate", () => JoinTargets.JoinAggregateAsync(work.UpdateWorkload)),
        new("parquet encode", () => ParquetTargets.EncodeAsync(work.InsertWorkload)),
        new("parquet decode", () => ParquetTargets.DecodeAsync(work.InsertWorkload)),
        new("json as variant", VariantTargets.DocumentsAsync),
        new("starrocks load", () => StarRocksTargets.LoadAsync(work.InsertWorkload)),
        new("starrocks snapshot", () => WithServer(work, "snapshot from MySQL into StarRocks' stand-in, JSON (one core for both)", StarRocksPipelineTargets.SnapshotAsync)),
        new("starrocks freshness", () => WithTables(work, "change → visible in StarRocks' stand-in, from MySQL, p99", t => StarRocksPipelineTargets.FreshnessAsync(t, 15))),
        new("plans", () => PlanTargets.SalesByProductAsync(work)),
        new("state", () => StateTargets.TableAsync(work.InsertWorkload)),
        new("spill", () => SpillTargets.SalesAsync(work, 10_000_000, 256 << 20)),
        new("checkpoint pause", () => CheckpointTargets.PausesAsync(work, 10_000_000)),
        new("key index", () => Several(IndexTargets.Sets(work))),
        new("commit time", () => SinkTargets.CommitTimeAsync(work)),
        new("replay → join + aggregate → Iceberg", () => EndToEndTargets.JoinAggregateAsync(work)),
        new("replay → Iceberg upsert", () => EndToEndTargets.ReplicaAsync(work)),
        new("telemetry", () => TelemetryTargets.ReplayAsync(work)),
        new("scaling, join + aggregate", () => ScalingTargets.JoinAggregateAsync(work, 7)),
        new("scaling, two tables", () => ScalingTargets.TwoTablesAsync(work, 5)),
        new("start, from a log file", () => StartTargets.FilesAsync(work)),
        new("start, from MySQL", () => WithTables(work, "process start → first committed row, from MySQL (clock)", t => StartTargets.MySqlAsync(work, t))),
        new("memory of a replication", () => MemoryTargets.ReplicaAsync(work, 6_000_000)),
        new("harness", HarnessTargets.SalesAsync),
        new("freshness", () => FreshnessAsync(work, 30)),
        new("freshness of a view", () => WithTables(work, "freshness of a view, p99", t => ViewTargets.MySqlAsync(t, 20))),
        new("look-ups in a view", () => Several(ViewTargets.LookUps())),
        new("idle", () => IdleAsync(work, 30)),
        new("read cost", () => ReadCostTargets.ClickHouseAsync(work, 2_000_000)),
    ];

    /// <summary>The same for larger tables and longer times, in about a quarter of an hour.</summary>
    public static IEnumerable<TargetGroup> Long(Workspace work) =>
    [
        new("scaling, join + aggregate", () => ScalingTargets.JoinAggregateAsync(work, 15)),
        new("scaling, two tables", () => ScalingTargets.TwoTablesAsync(work, 15)),
        new("snapshot, several readers", () => WithServer(work, "snapshot from MySQL, several readers (clock)", SnapshotTargets.ReadersAsync)),
        new("memory of a replication", () => MemoryTargets.ReplicaAsync(work, 100_000_000)),
        new("spill", () => SpillTargets.SalesAsync(work, 100_000_000, 2L << 30)),
        new("rocksdb", () => RocksTargets.KeyedAsync(work, 10_000_000, 256L << 20)),
        new("freshness", () => FreshnessAsync(work, 120)),
        new("freshness, played back", () => FreshnessTargets.PacedAsync(work, 60)),
        new("idle", () => IdleAsync(work, 60)),
        new("read cost", () => ReadCostTargets.ClickHouseAsync(work, 10_000_000)),
    ];

    private static async Task<IReadOnlyList<TargetLine>> FreshnessAsync(Workspace work, double seconds) =>
        await work.LiveAsync() is { } tables ? await FreshnessTargets.MySqlAsync(work, tables, seconds) : await FreshnessTargets.PacedAsync(work, seconds);

    private static async Task<IReadOnlyList<TargetLine>> IdleAsync(Workspace work, double seconds) =>
        await work.LiveAsync() is { } tables ? await IdleTargets.MySqlAsync(work, tables, seconds) : await IdleTargets.PacedAsync(work, seconds);

    private static async Task<IReadOnlyList<TargetLine>> WithServer(Workspace work, string name, Func<BenchmarkServer, Task<IReadOnlyList<TargetLine>>> measure) =>
        await work.ServerAsync() is { } server ? await measure(server) : [TargetLine.Skipped(name, "no server")];

    private static async Task<IReadOnlyList<TargetLine>> WithTables(Workspace work, string name, Func<LiveTables, Task<IReadOnlyList<TargetLine>>> measure) =>
        await work.LiveAsync() is { } tables ? await measure(tables) : [TargetLine.Skipped(name, "no server")];

    private static Task<IReadOnlyList<TargetLine>> Several(IReadOnlyList<TargetLine> lines) => Task.FromResult(lines);
}
