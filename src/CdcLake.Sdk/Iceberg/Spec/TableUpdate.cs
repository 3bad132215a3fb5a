using System.Text.Json;

namespace CdcLake.Iceberg.Spec;

/// <summary>
/// One step from a version of a table to the next. Immutable. A catalog with a service sends it; the others apply it to the metadata that they hold.
/// Iceberg REST specification, schema <c>TableUpdate</c>; the subtypes stand in <see cref="SnapshotUpdates"/>, <see cref="StructureUpdates"/> and
/// <see cref="TableWideUpdates"/>.
/// </summary>
internal abstract record TableUpdate
{
    /// <summary>The JSON's <c>action</c>.</summary>
    public abstract string Action { get; }

    /// <summary>Makes the step.</summary>
    /// <exception cref="UpdateRejectedException">It does not fit the metadata it meets.</exception>
    public abstract void ApplyTo(MetadataUpdater updater);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("action", Action);
        WriteMembers(json);
        json.WriteEndObject();
    }

    protected abstract void WriteMembers(Utf8JsonWriter json);
}

/// <summary>An update does not fit the table as it is now: somebody else changed it. The catalog turns this into a conflict.</summary>
internal sealed class UpdateRejectedException(string reason) : Exception(reason);
