using CdcLake.Columnar;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Json;

// Changes, one behind the other:
//
//   1        0 replace, 1 insert, 2 remove
//   lenenc   path
//   lenenc   the new value, a binary document; not for remove
//
// Source: MySQL source, sql-common/json_diff.h.

/// <summary>One change of a partial update to a document.</summary>
/// <param name="Operation">As in <see cref="DocumentChanges"/>, whose numbers are the log's.</param>
/// <param name="Steps">From the root.</param>
/// <param name="Value">What comes there; null for remove.</param>
internal readonly record struct JsonChange(int Operation, List<JsonPathStep> Steps, JsonNode? Value)
{
    /// <exception cref="MySqlProtocolException">The change is damaged.</exception>
    public static JsonChange Read(ref PacketReader reader, out ReadOnlySpan<byte> path)
    {
        var operation = reader.ReadByte();
        path = reader.ReadLengthEncodedBytes();
        var value = operation is DocumentChanges.Replace or DocumentChanges.Insert ? JsonNode.Parse(reader.ReadLengthEncodedBytes()) : null;
        return operation <= DocumentChanges.Remove ? new JsonChange(operation, JsonPathStep.Parse(path), value) : throw JsonValue.Damaged($"a change of kind {operation}");
    }

    /// <summary>Appends all changes as the document that <see cref="DocumentChanges"/> reads.</summary>
    /// <exception cref="MySqlProtocolException">A change is damaged.</exception>
    public static void WriteDocument(ReadOnlySpan<byte> changes, JsonText target)
    {
        var all = JsonNode.Array();
        var reader = new PacketReader(changes);
        while (reader.Remaining > 0)
        {
            var (operation, steps, value) = Read(ref reader, out _);
            var way = JsonNode.Array();
            way.Items.AddRange(steps.Select(s => s.Key is not null ? JsonNode.Of(s.Key) : JsonNode.Of(s.FromEnd ? -1 - s.Index : s.Index)));
            all.Items.AddRange([JsonNode.Of(operation), way, value ?? JsonNode.Null]);
        }

        all.WriteDocument(target);
    }
}
