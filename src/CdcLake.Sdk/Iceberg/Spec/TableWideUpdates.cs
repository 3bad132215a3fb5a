using System.Collections.Immutable;
using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>Updates of what a table has once: its identity, format, place and properties.</summary>
internal static class TableWideUpdates
{
    /// <summary>A new table gets its identity.</summary>
    public sealed record AssignUuid(string Uuid) : TableUpdate
    {
        public override string Action => "assign-uuid";

        public override void ApplyTo(MetadataUpdater updater) => updater.Table = updater.Table.TableUuid.Length == 0 || updater.Table.TableUuid == Uuid
            ? updater.Table with { TableUuid = Uuid }
            : throw new UpdateRejectedException("it has a uuid already");

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteString("uuid", Uuid);
    }

    /// <summary>The format version rises; it never falls.</summary>
    public sealed record UpgradeFormatVersion(int Version) : TableUpdate
    {
        public override string Action => "upgrade-format-version";

        public override void ApplyTo(MetadataUpdater updater) => updater.Table = Version >= updater.Table.FormatVersion
            ? updater.Table with { FormatVersion = Version }
            : throw new UpdateRejectedException($"its format version was raised to {updater.Table.FormatVersion}");

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteNumber("format-version", Version);
    }

    /// <summary>New files go below another URI.</summary>
    public sealed record SetLocation(string Location) : TableUpdate
    {
        public override string Action => "set-location";

        public override void ApplyTo(MetadataUpdater updater) => updater.Table = updater.Table with { Location = Location.TrimEnd('/') };

        protected override void WriteMembers(Utf8JsonWriter json) => json.WriteString("location", Location);
    }

    /// <summary>Properties are added or get other values.</summary>
    public sealed record SetProperties(ImmutableSortedDictionary<string, string> Properties) : TableUpdate
    {
        public override string Action => "set-properties";

        public override void ApplyTo(MetadataUpdater updater) =>
            updater.Table = updater.Table with { Properties = updater.Table.Properties.SetItems(Properties) };

        protected override void WriteMembers(Utf8JsonWriter json)
        {
            json.WriteStartObject("updates");
            foreach (var (key, value) in Properties)
            {
                json.WriteString(key, value);
            }

            json.WriteEndObject();
        }
    }

    /// <summary>Properties go; those that are not there do not matter.</summary>
    public sealed record RemoveProperties(ImmutableArray<string> Names) : TableUpdate
    {
        public override string Action => "remove-properties";

        public override void ApplyTo(MetadataUpdater updater) =>
            updater.Table = updater.Table with { Properties = updater.Table.Properties.RemoveRange(Names) };

        protected override void WriteMembers(Utf8JsonWriter json)
        {
            json.WriteStartArray("removals");
            foreach (var name in Names)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
        }
    }
}
