using System.Collections.Immutable;
using System.Globalization;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Transactions;

/// <summary>
/// Who made a commit and what it includes. It stands in the snapshot's summary (<c>cdclake.pipeline</c>, <c>cdclake.epoch</c>, <c>cdclake.gtid</c>, …), which
/// is the truth, and, since other engines expire snapshots, in table properties too (<c>cdclake.&lt;pipeline&gt;.gtid</c>, …, with the id of the snapshot they
/// belong to), both written in the same act.
/// </summary>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Epoch">Number of the commit, counting from 1 in each table.</param>
/// <param name="Position">Position properties of the source, such as <c>gtid</c>.</param>
internal sealed record CommitMarker(string Pipeline, long Epoch, IReadOnlyDictionary<string, string> Position)
{
    /// <summary>Table property that names the pipeline a table belongs to.</summary>
    public const string OwnerProperty = Prefix + PipelineKey;

    /// <summary>Table property with the fingerprint of what the table holds the result of.</summary>
    public const string PlanProperty = Prefix + "plan";

    /// <summary>Table property with the hash of what the captured tables looked like when its schema was decided.</summary>
    public const string TablesProperty = Prefix + "tables";

    /// <summary>Table property with the table of the source that it is a replica of, as one of a whole database.</summary>
    public const string ReplicaProperty = Prefix + "replica-of";

    private const string Prefix = "cdclake.";
    private const string PipelineKey = "pipeline";
    private const string EpochKey = "epoch";
    private const string FormatKey = "format";
    private const string SnapshotKey = "snapshot-id";
    private const string Format = "1";

    /// <summary>Entries for the snapshot summary.</summary>
    public IEnumerable<KeyValuePair<string, string>> ToSummary() =>
    [
        new(Prefix + PipelineKey, Pipeline),
        new(Prefix + EpochKey, EpochText),
        new(Prefix + FormatKey, Format),
        .. Position.Select(p => new KeyValuePair<string, string>(Prefix + p.Key, p.Value)),
    ];

    /// <summary>Updates that put this marker into the properties in place of the pipeline's former one.</summary>
    /// <param name="table">The table before.</param>
    /// <param name="snapshotId">The snapshot that the marker belongs to.</param>
    public IEnumerable<TableUpdate> ToUpdates(TableMetadata table, long snapshotId)
    {
        var mine = PropertyPrefix(Pipeline);
        var properties = Position.ToImmutableSortedDictionary(p => mine + p.Key, p => p.Value, StringComparer.Ordinal)
            .SetItem(OwnerProperty, Pipeline)
            .SetItem(mine + EpochKey, EpochText)
            .SetItem(mine + SnapshotKey, snapshotId.ToString(CultureInfo.InvariantCulture));
        var stale = table.Properties.Keys.Where(k => k.StartsWith(mine, StringComparison.Ordinal) && !properties.ContainsKey(k)).ToImmutableArray();
        if (!stale.IsEmpty)
        {
            yield return new TableWideUpdates.RemoveProperties(stale);
        }

        yield return new TableWideUpdates.SetProperties(properties);
    }

    /// <summary>True when <paramref name="other"/> stands for the same source position.</summary>
    public bool IsAt(CommitMarker? other) =>
        other is not null && Position.Count == other.Position.Count && Position.All(p => other.Position.GetValueOrDefault(p.Key) == p.Value);

    /// <summary>The marker of a snapshot's summary, or null when another pipeline or writer made it.</summary>
    public static CommitMarker? Of(Snapshot snapshot, string pipeline) =>
        snapshot[Prefix + PipelineKey] == pipeline ? Of(snapshot.Summary, Prefix, pipeline) : null;

    /// <summary>The marker of the table properties, and the snapshot it belongs to; null when there is none.</summary>
    public static (CommitMarker Marker, long SnapshotId)? OfProperties(TableMetadata table, string pipeline)
    {
        var mine = PropertyPrefix(pipeline);
        return table.Properties.ContainsKey(mine + EpochKey)
            && long.TryParse(table.Properties.GetValueOrDefault(mine + SnapshotKey), NumberStyles.None, CultureInfo.InvariantCulture, out var snapshot)
                ? (Of(table.Properties, mine, pipeline), snapshot)
                : null;
    }

    /// <summary>The pipeline that a table belongs to, by its property or its newest marked snapshot; null when no pipeline wrote to it.</summary>
    public static string? OwnerOf(TableMetadata table) =>
        table.Properties.GetValueOrDefault(OwnerProperty)
        ?? table.Ancestors().Select(s => s[Prefix + PipelineKey]).FirstOrDefault(p => p is not null);

    /// <summary>True for a snapshot that a pipeline of this library made.</summary>
    public static bool IsMarked(Snapshot snapshot) => snapshot[Prefix + PipelineKey] is not null;

    /// <summary>Position properties of a snapshot's summary; empty for a snapshot of another writer.</summary>
    public static IReadOnlyDictionary<string, string> PositionOf(Snapshot snapshot) =>
        snapshot[Prefix + PipelineKey] is { } pipeline ? Of(snapshot.Summary, Prefix, pipeline).Position : new Dictionary<string, string>();

    private string EpochText => Epoch.ToString(CultureInfo.InvariantCulture);

    private static string PropertyPrefix(string pipeline) => $"{Prefix}{pipeline}.";

    private static CommitMarker Of(IEnumerable<KeyValuePair<string, string>> entries, string prefix, string pipeline)
    {
        var position = new Dictionary<string, string>(StringComparer.Ordinal);
        var epoch = 0L;
        foreach (var (key, value) in entries)
        {
            if (!key.StartsWith(prefix, StringComparison.Ordinal))
            {
                continue;
            }

            switch (key[prefix.Length..])
            {
                case EpochKey:
                    epoch = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
                    break;
                case PipelineKey or FormatKey or SnapshotKey:
                    break;
                case var name:
                    position[name] = value;
                    break;
            }
        }

        return new CommitMarker(pipeline, epoch, position);
    }
}
