using System.Text.Json;
using CdcLake.Columnar;

namespace CdcLake.Parquet.Nesting;

// How levels become values: parquet-format/README.md, "Nested Encoding"; Dremel, section 4.

/// <summary>A place in a nested column: writes what stands there in the current row as JSON, and moves the cursors of its columns behind it.</summary>
/// <param name="definition">Definition level from which on the place is not null.</param>
/// <param name="leaves">All columns in it; empty for a constant.</param>
internal abstract class NestedValue(int definition, IReadOnlyList<LeafEntries> leaves)
{
    public IReadOnlyList<LeafEntries> Leaves => leaves;

    /// <summary>True when null stands here in the current row.</summary>
    public virtual bool IsNull => leaves[0].Definition < definition;

    public void Write(Utf8JsonWriter json)
    {
        if (IsNull)
        {
            Skip();
            json.WriteNullValue();
        }
        else
        {
            WriteContent(json);
        }
    }

    /// <summary>Moves behind a place of which nothing is there: one entry of each column.</summary>
    public void Skip()
    {
        foreach (var leaf in leaves)
        {
            leaf.Advance();
        }
    }

    protected abstract void WriteContent(Utf8JsonWriter json);
}

/// <summary>What a file lacks: the same value, or null, everywhere.</summary>
internal sealed class ConstantValue(Column? value) : NestedValue(0, [])
{
    public override bool IsNull => value is null;

    protected override void WriteContent(Utf8JsonWriter json) => JsonCells.Write(json, value!, 0);
}

/// <summary>A value of a column.</summary>
internal sealed class LeafValue(LeafEntries leaf, int definition) : NestedValue(definition, [leaf])
{
    /// <summary>Writes the value as the name of a member.</summary>
    public void WriteName(Utf8JsonWriter json)
    {
        json.WritePropertyName(leaf.HasValue ? ((BytesColumn)leaf.Values)[leaf.ValueIndex] : "null"u8);
        leaf.Advance();
    }

    protected override void WriteContent(Utf8JsonWriter json)
    {
        JsonCells.Write(json, leaf.Values, leaf.ValueIndex);
        leaf.Advance();
    }
}

/// <summary>A struct: an object with a member for each field.</summary>
/// <param name="members">Names and values.</param>
/// <param name="definition">Level from which on it is there.</param>
/// <param name="repetition">How many lists and maps it lies in.</param>
/// <param name="witness">A column of the file that tells whether it is there, where no member has one; else null.</param>
internal sealed class StructValue(IReadOnlyList<(JsonEncodedText Name, NestedValue Value)> members, int definition, int repetition, LeafEntries? witness)
    : NestedValue(definition, witness is not null ? [witness] : [.. members.SelectMany(m => m.Value.Leaves)])
{
    protected override void WriteContent(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        foreach (var (name, value) in members)
        {
            json.WritePropertyName(name);
            value.Write(json);
        }

        json.WriteEndObject();
        witness?.Pass(repetition);
    }
}
