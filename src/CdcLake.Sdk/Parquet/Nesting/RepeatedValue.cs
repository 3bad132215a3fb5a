using System.Text.Json;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Nesting;

/// <summary>Something that is there any number of times.</summary>
/// <param name="definition">Level from which on it is not null.</param>
/// <param name="repeated">The node that repeats.</param>
/// <param name="leaves">All columns in it.</param>
internal abstract class RepeatedValue(int definition, SchemaNode repeated, IReadOnlyList<LeafEntries> leaves) : NestedValue(definition, leaves)
{
    protected abstract bool IsObject { get; }

    protected abstract void WriteItem(Utf8JsonWriter json);

    protected sealed override void WriteContent(Utf8JsonWriter json)
    {
        if (IsObject)
        {
            json.WriteStartObject();
        }
        else
        {
            json.WriteStartArray();
        }

        if (Leaves[0].Definition < repeated.Definition)
        {
            Skip(); // empty
        }
        else
        {
            do
            {
                WriteItem(json);
            }
            while (GoesOn());
        }

        if (IsObject)
        {
            json.WriteEndObject();
        }
        else
        {
            json.WriteEndArray();
        }
    }

    private bool GoesOn()
    {
        if (!Leaves[0].HasEntry || Leaves[0].Repetition < repeated.Repetition)
        {
            return false;
        }

        foreach (var leaf in Leaves)
        {
            leaf.Expect(repeated.Repetition);
        }

        return true;
    }
}

/// <summary>A list: an array.</summary>
internal sealed class ListValue(NestedValue element, int definition, SchemaNode repeated) : RepeatedValue(definition, repeated, element.Leaves)
{
    protected override bool IsObject => false;

    protected override void WriteItem(Utf8JsonWriter json) => element.Write(json);
}

/// <summary>A map: an object when its keys are text, else an array of pairs.</summary>
internal sealed class MapValue(NestedValue key, NestedValue value, bool hasTextKeys, int definition, SchemaNode repeated)
    : RepeatedValue(definition, repeated, [.. key.Leaves, .. value.Leaves])
{
    protected override bool IsObject => hasTextKeys;

    protected override void WriteItem(Utf8JsonWriter json)
    {
        if (hasTextKeys)
        {
            ((LeafValue)key).WriteName(json);
            value.Write(json);
            return;
        }

        json.WriteStartArray();
        key.Write(json);
        value.Write(json);
        json.WriteEndArray();
    }
}
