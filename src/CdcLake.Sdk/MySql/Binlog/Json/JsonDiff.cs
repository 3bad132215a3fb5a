using System.Text;
using CdcLake.Columnar;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Json;

// Source: MySQL source, sql/json_dom.cc (apply_json_diffs).

/// <summary>Applies the changes of a partial update to a document.</summary>
internal static class JsonDiff
{
    /// <summary>Appends the changed document.</summary>
    /// <param name="document">As it was.</param>
    /// <param name="changes">In their order.</param>
    /// <param name="target">Grows by the document.</param>
    /// <exception cref="MySqlProtocolException">The document or a change is damaged, or they do not fit each other.</exception>
    public static void Apply(ReadOnlySpan<byte> document, ReadOnlySpan<byte> changes, JsonText target)
    {
        var root = JsonNode.Parse(document);
        var reader = new PacketReader(changes);
        while (reader.Remaining > 0)
        {
            var (operation, steps, value) = JsonChange.Read(ref reader, out var path);
            if (steps.Count == 0)
            {
                root = operation == DocumentChanges.Replace ? value! : throw NoPlace(path);
            }
            else if (!TryChange(operation, Parent(root, steps, path), steps[^1], value))
            {
                throw NoPlace(path);
            }
        }

        root.WriteDocument(target);
    }

    private static JsonNode Parent(JsonNode root, List<JsonPathStep> steps, ReadOnlySpan<byte> path)
    {
        var node = root;
        for (var i = 0; i < steps.Count - 1; i++)
        {
            var at = Locate(node, steps[i]);
            node = at >= 0 ? node.Items[at] : throw NoPlace(path);
        }

        return node;
    }

    /// <summary>Where a step leads; negative when there is nothing.</summary>
    private static int Locate(JsonNode node, JsonPathStep step) => step.Key is not null
        ? node.IsObject ? node.Find(step.Key) : -1
        : node.IsArray && step.At(node.Items.Count) < node.Items.Count ? step.At(node.Items.Count) : -1;

    private static bool TryChange(int operation, JsonNode parent, JsonPathStep step, JsonNode? value)
    {
        var at = Locate(parent, step);
        switch (operation)
        {
            case DocumentChanges.Replace when at >= 0:
                parent.Items[at] = value!;
                return true;
            case DocumentChanges.Remove when at >= 0:
                parent.Items.RemoveAt(at);
                if (parent.IsObject)
                {
                    parent.Keys.RemoveAt(at);
                }

                return true;
            case DocumentChanges.Insert when step.Key is null && parent.IsArray:
                parent.Items.Insert(Math.Clamp(step.At(parent.Items.Count), 0, parent.Items.Count), value!);
                return true;
            case DocumentChanges.Insert when step.Key is not null && parent.IsObject && at < 0:
                parent.Keys.Insert(~at, step.Key);
                parent.Items.Insert(~at, value!);
                return true;
            default:
                return false;
        }
    }

    private static MySqlProtocolException NoPlace(ReadOnlySpan<byte> path) => JsonValue.Damaged($"a change at {Encoding.UTF8.GetString(path)} that does not fit the document as it was");
}
