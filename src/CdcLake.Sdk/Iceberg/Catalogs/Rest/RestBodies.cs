using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>Bodies of requests. Iceberg REST specification, schemas named at each method.</summary>
internal static class RestBodies
{
    /// <summary><c>CreateTableRequest</c>, with what the catalog's properties say about new tables (<c>table-default.</c>, <c>table-override.</c>).</summary>
    public static byte[] Create(TableIdentifier table, TableCreation creation, IReadOnlyDictionary<string, string> catalog) => Json(json =>
    {
        json.WriteString("name", table.Name);
        json.WritePropertyName("schema");
        creation.Schema.Write(json);
        json.WritePropertyName("partition-spec");
        creation.Spec.Write(json);
        json.WritePropertyName("write-order");
        creation.Order.Write(json);
        json.WriteBoolean("stage-create", false);
        var properties = Below(catalog, RestProperties.TableDefaultPrefix)
            .SetItem(TableProperties.FormatVersion, creation.FormatVersion.ToString(CultureInfo.InvariantCulture))
            .SetItems(creation.Properties).SetItems(Below(catalog, RestProperties.TableOverridePrefix));
        Write(json, "properties", properties);
    });

    /// <summary><c>CommitTableRequest</c>.</summary>
    public static byte[] Commit(TableCommit commit)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            commit.Write(json);
        }

        return buffer.ToArray();
    }

    /// <summary><c>CommitTransactionRequest</c>.</summary>
    public static byte[] Transaction(IEnumerable<TableCommit> commits) => Json(json =>
    {
        json.WriteStartArray("table-changes");
        foreach (var commit in commits)
        {
            commit.Write(json);
        }

        json.WriteEndArray();
    });

    /// <summary><c>CreateNamespaceRequest</c>.</summary>
    public static byte[] CreateNamespace(ImmutableArray<string> space, IReadOnlyDictionary<string, string> properties) => Json(json =>
    {
        Write(json, "namespace", space);
        Write(json, "properties", properties);
    });

    /// <summary><c>UpdateNamespacePropertiesRequest</c>.</summary>
    public static byte[] UpdateNamespace(IReadOnlyDictionary<string, string> updates, IEnumerable<string> removals) => Json(json =>
    {
        Write(json, "removals", removals);
        Write(json, "updates", updates);
    });

    /// <summary><c>RenameTableRequest</c>.</summary>
    public static byte[] Rename(TableIdentifier from, TableIdentifier to) => Json(json =>
    {
        foreach (var (name, table) in new[] { ("source", from), ("destination", to) })
        {
            json.WriteStartObject(name);
            Write(json, "namespace", table.Namespace);
            json.WriteString("name", table.Name);
            json.WriteEndObject();
        }
    });

    private static byte[] Json(Action<Utf8JsonWriter> members)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string name, IEnumerable<KeyValuePair<string, string>> texts)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in texts)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static ImmutableSortedDictionary<string, string> Below(IReadOnlyDictionary<string, string> properties, string prefix) => properties
        .Where(p => p.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToImmutableSortedDictionary(p => p.Key[prefix.Length..], p => p.Value, StringComparer.Ordinal);
}
