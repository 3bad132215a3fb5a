using System.Collections.Immutable;
using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>Updates of snapshots, branches, tags and their statistics.</summary>
internal static class SnapshotUpdates
{
    /// <summary>A snapshot becomes known; no branch points at it yet.</summary>
    public sealed record AddSnapshot(Snapshot Snapshot) : TableUpdate
    {
        public override string Action => "add-snapshot";

        public override void ApplyTo(MetadataUpdater updater)
        {
            var table = updater.Table;
            if (table.FormatVersion is < TableMetadata.DefaultFormatVersion or > TableMetadata.NewestFormatVersion || table.HasRowLineage != (Snapshot.FirstRowId is not null))
            {
                throw new UpdateRejectedException("its format version was raised");
            }

            if (Snapshot.FirstRowId < table.NextRowId)
            {
                throw new UpdateRejectedException($"row id {Snapshot.FirstRowId} was given to a row of another branch");
            }

            if (table.FindSnapshot(Snapshot.SnapshotId) is not null)
            {
                throw new UpdateRejectedException($"it has a snapshot {Snapshot.SnapshotId} already");
            }

            if (Snapshot.SequenceNumber <= table.LastSequenceNumber)
            {
                throw new UpdateRejectedException($"sequence number {Snapshot.SequenceNumber} was given to a snapshot of another branch");
            }

            updater.Add(Snapshot);
        }

        protected override void WriteMembers(Utf8JsonWriter json)
        {
            json.WritePropertyName("snapshot");
            Snapshot.Write(json);
        }
    }

    /// <summary>A branch or tag points at a snapshot; its retention stays as it is.</summary>
    public sealed record SetRef(SnapshotRef Ref) : TableUpdate
    {
        public override string Action => "set-snapshot-ref";

        /// <summary>Moves the main branch, with whatever retention <paramref name="table"/> has for it.</summary>
        public static SetRef Main(TableMetadata table, long snapshotId) => new(
            table.FindRef(TableMetadata.MainBranch) is { } main
                ? main with { SnapshotId = snapshotId }
                : SnapshotRef.Branch(TableMetadata.MainBranch, snapshotId));

        public override void ApplyTo(MetadataUpdater updater)
        {
            var table = updater.Table;
            if (table.FindSnapshot(Ref.SnapshotId) is null)
            {
                throw new UpdateRejectedException($"snapshot {Ref.SnapshotId} was removed");
            }

            var known = table.FindRef(Ref.Name);
            updater.Table = table with
            {
                Refs = known is null ? table.Refs.Add(Ref) : table.Refs.Replace(known, Ref),
                CurrentSnapshotId = Ref.Name == TableMetadata.MainBranch ? Ref.SnapshotId : table.CurrentSnapshotId,
            };
        }

        protected override void WriteMembers(Utf8JsonWriter json)
        {
            json.WriteString("ref-name", Ref.Name);
            Ref.WriteMembers(json);
        }
    }

    /// <summary>A branch or tag goes; its snapshots stay until they expire.</summary>
    public sealed record RemoveRef(string Name) : TableUpdate
    {
        public override string Action => "remove-snapshot-ref";

        public override void ApplyTo(MetadataUpdater updater)
        {
            var table = updater.Table;
            updater.Table = table with
            {
                Refs = table.Refs.RemoveAll(r => r.Name == Name),
                CurrentSnapshotId = Name == TableMetadata.MainBranch ? null : table.CurrentSnapshotId,
            };
        }

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteString("ref-name", Name);
    }

    /// <summary>Snapshots are forgotten, with their statistics. One that a branch or tag points at is not.</summary>
    public sealed record RemoveSnapshots(ImmutableArray<long> Ids) : TableUpdate
    {
        public override string Action => "remove-snapshots";

        public override void ApplyTo(MetadataUpdater updater)
        {
            var table = updater.Table;
            var gone = Ids.ToHashSet();
            if (table.Refs.FirstOrDefault(r => gone.Contains(r.SnapshotId)) is { } holder)
            {
                throw new UpdateRejectedException($"\"{holder.Name}\" was set to snapshot {holder.SnapshotId}, which had been found to be of no use any more");
            }

            updater.RemovesSnapshots = true;
            updater.Table = table with
            {
                Snapshots = table.Snapshots.RemoveAll(s => gone.Contains(s.SnapshotId)),
                Statistics = table.Statistics.RemoveAll(s => gone.Contains(s.SnapshotId)),
                PartitionStatistics = table.PartitionStatistics.RemoveAll(s => gone.Contains(s.SnapshotId)),
            };
        }

        protected override void WriteMembers(Utf8JsonWriter json)
        {
            json.WriteStartArray("snapshot-ids");
            foreach (var id in Ids)
            {
                json.WriteNumberValue(id);
            }

            json.WriteEndArray();
        }
    }

    /// <summary>Statistics of a snapshot, in place of those it has.</summary>
    public sealed record SetStatistics(SnapshotStatistics Statistics) : TableUpdate
    {
        public override string Action => "set-statistics";

        public override void ApplyTo(MetadataUpdater updater) => updater.Table = updater.Table with
        {
            Statistics = updater.Table.Statistics.RemoveAll(s => s.SnapshotId == Statistics.SnapshotId).Add(Statistics),
        };

        protected override void WriteMembers(Utf8JsonWriter json)
        {
            json.WriteNumber("snapshot-id", Statistics.SnapshotId);
            json.WritePropertyName("statistics");
            json.WriteRawValue(Statistics.Json);
        }
    }

    /// <summary>Partition statistics of a snapshot, in place of those it has.</summary>
    public sealed record SetPartitionStatistics(SnapshotStatistics Statistics) : TableUpdate
    {
        public override string Action => "set-partition-statistics";

        public override void ApplyTo(MetadataUpdater updater) => updater.Table = updater.Table with
        {
            PartitionStatistics = updater.Table.PartitionStatistics.RemoveAll(s => s.SnapshotId == Statistics.SnapshotId).Add(Statistics),
        };

        protected override void WriteMembers(Utf8JsonWriter json)
        {
            json.WritePropertyName("partition-statistics");
            json.WriteRawValue(Statistics.Json);
        }
    }

    /// <summary>A snapshot is left without statistics.</summary>
    public sealed record RemoveStatistics(long SnapshotId) : TableUpdate
    {
        public override string Action => "remove-statistics";

        public override void ApplyTo(MetadataUpdater updater) =>
            updater.Table = updater.Table with { Statistics = updater.Table.Statistics.RemoveAll(s => s.SnapshotId == SnapshotId) };

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber("snapshot-id", SnapshotId);
    }

    /// <summary>A snapshot is left without partition statistics.</summary>
    public sealed record RemovePartitionStatistics(long SnapshotId) : TableUpdate
    {
        public override string Action => "remove-partition-statistics";

        public override void ApplyTo(MetadataUpdater updater) =>
            updater.Table = updater.Table with { PartitionStatistics = updater.Table.PartitionStatistics.RemoveAll(s => s.SnapshotId == SnapshotId) };

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber("snapshot-id", SnapshotId);
    }
}
