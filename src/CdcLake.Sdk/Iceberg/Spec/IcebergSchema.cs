using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using CdcLake.Columnar;

namespace CdcLake.Iceberg.Spec;

/// <summary>A table schema: a struct of top-level columns. Immutable. Iceberg specification, "Schemas" and appendix C.</summary>
/// <param name="SchemaId">Number within the table.</param>
/// <param name="Fields">Columns in order.</param>
/// <param name="IdentifierFieldIds">Field ids that identify a row (the upsert key), in ascending order; possibly none.</param>
internal sealed record IcebergSchema(int SchemaId, ImmutableArray<IcebergField> Fields, ImmutableArray<int> IdentifierFieldIds)
{
    /// <summary>The schema of a new table: field ids 1, 2, … in column order. The key identifies rows, unless one of its columns may be null, which Iceberg does not allow there.</summary>
    /// <param name="schema">The columns.</param>
    /// <param name="key">Ordinals of the upsert key.</param>
    /// <param name="isVariant">Whether a column, by its ordinal, is a variant made of its JSON; null for none.</param>
    /// <exception cref="UnsupportedTypeException">A key column is floating point or a variant, or a type has no Iceberg type.</exception>
    public static IcebergSchema Of(Schema schema, IReadOnlyList<int> key, Func<int, bool>? isVariant = null)
    {
        var fields = schema.Fields.Select((f, i) =>
            new IcebergField(i + 1, f.Name, !f.Nullable, isVariant?.Invoke(i) == true ? IcebergType.Variant : IcebergType.Of(f.Type), IcebergType.DocOf(f.Type)));
        var result = new IcebergSchema(0, [.. fields], key.Any(k => schema[k].Nullable) ? [] : [.. key.Select(k => k + 1).Order()]);
        foreach (var k in key)
        {
            if (!result.Fields[k].Type.CanIdentify)
            {
                throw new UnsupportedTypeException(result.Fields[k].Type.IsVariant
                    ? $"Column \"{schema[k].Name}\" is written as a variant and cannot be an upsert key: Iceberg compares no variants. Choose another key, or keep JSON as text ({nameof(IcebergSinkOptions)}.{nameof(IcebergSinkOptions.JsonAs)})."
                    : $"Column \"{schema[k].Name}\" is {schema[k].Type} and cannot be an upsert key: Iceberg allows no floating point there. Use an integer, decimal, date or text key.");
            }
        }

        return result;
    }

    /// <summary>Highest field id of the top-level columns; 0 when there are none.</summary>
    public int HighestFieldId => Fields.Length == 0 ? 0 : Fields.Max(f => f.Id);

    /// <summary>Place of the top-level column of a name; −1 for none.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Fields.Length; i++)
        {
            if (Fields[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>True for the same columns with the same field ids; the schema's own number does not count.</summary>
    public bool IsSameAs(IcebergSchema other) => Fields.SequenceEqual(other.Fields) && IdentifierFieldIds.SequenceEqual(other.IdentifierFieldIds);

    /// <summary>
    /// Why rows of this schema do not fit into a table with <paramref name="other"/>: names, types, nullability, order, identifiers, one line for each. Numbers and descriptions do not count, and
    /// a table may allow nulls where there are none, also in the key, which then has no identifiers.
    /// </summary>
    public IReadOnlyList<string> Differences(IcebergSchema other)
    {
        var lines = new List<string>();
        for (var i = 0; i < Math.Max(Fields.Length, other.Fields.Length); i++)
        {
            var mine = i < Fields.Length ? Fields[i].Describe() : "nothing";
            var theirs = i < other.Fields.Length ? other.Fields[i].Describe() : "nothing";
            if (mine != theirs && !(i < Fields.Length && i < other.Fields.Length && (Fields[i] with { Required = false }).Describe() == theirs))
            {
                lines.Add($"column {i + 1} is {theirs}, expected {mine}");
            }
        }

        var lacksIdentifiers = other.IdentifierFieldIds.IsEmpty && IdentifierFieldIds.Any(id => other.Fields.Any(f => !f.Required && f.Name == Fields.First(m => m.Id == id).Name));
        if (!lacksIdentifiers && !IdentifierNames().SequenceEqual(other.IdentifierNames(), StringComparer.Ordinal))
        {
            lines.Add($"the key is ({string.Join(", ", other.IdentifierNames())}), expected ({string.Join(", ", IdentifierNames())})");
        }

        return lines;
    }

    /// <summary>Names of the identifier columns.</summary>
    public IEnumerable<string> IdentifierNames() => IdentifierFieldIds.Select(id => Fields.FirstOrDefault(f => f.Id == id)?.Name ?? $"#{id}");

    /// <summary>The JSON of the specification's appendix C, as data files and manifests carry it too.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            Write(json);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    internal static IcebergSchema Read(JsonElement element) => new(
        element.OptionalInt32("schema-id") ?? 0,
        [.. element.Required("fields").EnumerateArray().Select(IcebergField.Read)],
        [.. element.OptionalArray("identifier-field-ids").Select(i => i.GetInt32()).Order()]);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("type", "struct");
        json.WriteNumber("schema-id", SchemaId);
        if (IdentifierFieldIds.Length > 0)
        {
            json.WriteStartArray("identifier-field-ids");
            foreach (var id in IdentifierFieldIds)
            {
                json.WriteNumberValue(id);
            }

            json.WriteEndArray();
        }

        json.WriteStartArray("fields");
        foreach (var field in Fields)
        {
            field.Write(json);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
