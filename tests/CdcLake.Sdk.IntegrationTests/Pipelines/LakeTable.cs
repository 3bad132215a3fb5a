using System.Globalization;
using System.Text.Json;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>An Iceberg table on disk, seen through its metadata files alone.</summary>
internal sealed class LakeTable(string folder)
{
    public string Folder => folder;

    public static LakeTable Sales(string warehouse) => new(Path.Combine(warehouse, "demo", "sales_by_product"));

    /// <summary>Number of the newest metadata file; 0 when there is no table.</summary>
    public int Version => Newest() is { } file ? Number(file) : 0;

    /// <summary>
    /// All snapshots that the newest metadata file lists, oldest first. A compaction has the rows, and so the position, of the snapshot before it; without that one,
    /// which may have expired, it is left out. So are parts of an initial snapshot, which no reader of the table sees.
    /// </summary>
    public IReadOnlyList<LakeSnapshot> Snapshots()
    {
        if (Newest() is not { } file)
        {
            return [];
        }

        using var metadata = JsonDocument.Parse(File.ReadAllBytes(file));
        var snapshots = new Dictionary<long, LakeSnapshot>();
        if (metadata.RootElement.TryGetProperty("snapshots", out var all))
        {
            foreach (var snapshot in all.EnumerateArray().OrderBy(s => s.GetProperty("sequence-number").GetInt64()))
            {
                var (id, summary) = (snapshot.GetProperty("snapshot-id").GetInt64(), snapshot.GetProperty("summary"));
                if (summary.TryGetProperty("cdclake.snapshot-part", out _))
                {
                    continue;
                }

                var gtid = summary.TryGetProperty("cdclake.gtid", out var set) ? set.GetString()! : CompactedGtid(snapshot, summary, file);
                if (gtid is not null)
                {
                    snapshots.Add(id, new LakeSnapshot(id, snapshot.GetProperty("sequence-number").GetInt64(), gtid));
                }
            }
        }

        return [.. snapshots.Values.OrderBy(s => s.Sequence)];

        string? CompactedGtid(JsonElement snapshot, JsonElement summary, string file) => summary.GetProperty("operation").GetString() == "replace"
            ? snapshots.GetValueOrDefault(snapshot.GetProperty("parent-snapshot-id").GetInt64())?.Gtid
            : throw new InvalidDataException($"{file}: a snapshot without cdclake.gtid in its summary: {snapshot}");
    }

    /// <summary>How far an initial snapshot has come by the newest of its parts; null when there is none.</summary>
    public string? SnapshotProgress()
    {
        if (Newest() is not { } file)
        {
            return null;
        }

        using var metadata = JsonDocument.Parse(File.ReadAllBytes(file));
        return !metadata.RootElement.TryGetProperty("snapshots", out var all) ? null : all.EnumerateArray().Select(s => s.GetProperty("summary"))
            .LastOrDefault(s => s.TryGetProperty("cdclake.snapshot-progress", out _)) is { ValueKind: JsonValueKind.Object } summary ? summary.GetProperty("cdclake.snapshot-progress").GetString() : null;
    }

    /// <summary>Every file below the table with its length and time: what "nothing changed" means.</summary>
    public string Fingerprint() => string.Join('\n', Directory.Exists(folder)
        ? new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal)
            .Select(f => string.Create(CultureInfo.InvariantCulture, $"{f.FullName} {f.Length} {f.LastWriteTimeUtc.Ticks}"))
        : []);

    private string? Newest()
    {
        var metadata = Path.Combine(folder, "metadata");
        return Directory.Exists(metadata) ? Directory.GetFiles(metadata, "v*.metadata.json").MaxBy(Number) : null;
    }

    private static int Number(string file) => int.Parse(Path.GetFileName(file)[1..^".metadata.json".Length], CultureInfo.InvariantCulture);
}

/// <summary>One commit of a table.</summary>
/// <param name="Id">Iceberg's snapshot id.</param>
/// <param name="Sequence">Its sequence number; a later commit has a greater one.</param>
/// <param name="Gtid">The source position it claims.</param>
internal sealed record LakeSnapshot(long Id, long Sequence, string Gtid);
