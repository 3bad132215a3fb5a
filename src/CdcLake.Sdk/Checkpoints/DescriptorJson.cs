using System.Buffers;
using System.Globalization;
using System.IO.Hashing;
using System.Text;
using System.Text.Json;

namespace CdcLake.Checkpoints;

// {"crc32": "0badcafe", "checkpoint": {"format": 2, "number": 7, "instance": "…", "time": "…", "pipeline": "…", "tables": "…", "position": {…},
//   "operators": [{"name": "…", "fingerprint": "…", "stores": [[{"name": "…", "bytes": 123, "xxh128": "…"}]]}]}}
//
// The checksum is that of the text of the inner object.

/// <summary>Descriptors as JSON.</summary>
internal static class DescriptorJson
{
    public static byte[] Write(CheckpointDescriptor descriptor)
    {
        var inner = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(inner))
        {
            WriteInner(json, descriptor);
        }

        var outer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(outer))
        {
            json.WriteStartObject();
            json.WriteString("crc32", Crc32.HashToUInt32(inner.WrittenSpan).ToString("x8", CultureInfo.InvariantCulture));
            json.WritePropertyName("checkpoint");
            json.WriteRawValue(inner.WrittenSpan);
            json.WriteEndObject();
        }

        return outer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a descriptor; null with a reason when it is damaged.</summary>
    public static CheckpointDescriptor? Read(ReadOnlyMemory<byte> content, out string? damage)
    {
        try
        {
            using var document = JsonDocument.Parse(content);
            var inner = document.RootElement.GetProperty("checkpoint");
            var expected = document.RootElement.GetProperty("crc32").GetString();
            var actual = Crc32.HashToUInt32(Encoding.UTF8.GetBytes(inner.GetRawText())).ToString("x8", CultureInfo.InvariantCulture);
            damage = expected == actual ? null : $"its checksum is {expected}, that of its content {actual}";
            if (damage is null && inner.GetProperty("format").GetInt32() is var format and not (CheckpointDescriptor.Format or CheckpointDescriptor.PartitionedFormat))
            {
                damage = string.Create(CultureInfo.InvariantCulture, $"it has format {format}, this version reads format {CheckpointDescriptor.Format}");
            }

            return damage is null ? ReadInner(inner) : null;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            damage = $"it is no descriptor ({error.Message})";
            return null;
        }
    }

    private static void WriteInner(Utf8JsonWriter json, CheckpointDescriptor descriptor)
    {
        json.WriteStartObject();
        json.WriteNumber("format", descriptor.Operators.Any(o => o.Partitions > 1) ? CheckpointDescriptor.PartitionedFormat : CheckpointDescriptor.Format);
        json.WriteNumber("number", descriptor.Number);
        json.WriteString("instance", descriptor.Instance);
        json.WriteString("time", descriptor.Time);
        json.WriteString("pipeline", descriptor.Pipeline);
        json.WriteString("tables", descriptor.Tables);
        json.WriteStartObject("position");
        foreach (var (name, value) in descriptor.Position)
        {
            json.WriteString(name, value);
        }

        json.WriteEndObject();
        json.WriteStartArray("operators");
        foreach (var described in descriptor.Operators)
        {
            WriteOperator(json, described);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteOperator(Utf8JsonWriter json, DescribedOperator described)
    {
        json.WriteStartObject();
        json.WriteString("name", described.Name);
        json.WriteString("fingerprint", described.Fingerprint);
        json.WriteNumber("partitions", described.Partitions);
        json.WriteStartArray("stores");
        foreach (var store in described.Stores)
        {
            json.WriteStartArray();
            foreach (var piece in store)
            {
                json.WriteStartObject();
                json.WriteString("name", piece.Name);
                json.WriteNumber("bytes", piece.Bytes);
                json.WriteString("xxh128", piece.Digest);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static CheckpointDescriptor ReadInner(JsonElement inner) => new(
        inner.GetProperty("number").GetInt64(),
        Text(inner, "instance"),
        inner.GetProperty("time").GetDateTimeOffset(),
        Text(inner, "pipeline"),
        inner.GetProperty("position").EnumerateObject().ToDictionary(p => p.Name, p => p.Value.GetString() ?? "", StringComparer.Ordinal),
        [.. inner.GetProperty("operators").EnumerateArray().Select(o => new DescribedOperator(
            Text(o, "name"),
            Text(o, "fingerprint"),
            [.. o.GetProperty("stores").EnumerateArray().Select(ReadPieces)]) { Partitions = o.TryGetProperty("partitions", out var partitions) ? partitions.GetInt32() : 1 })])
    {
        Tables = inner.TryGetProperty("tables", out var tables) ? tables.GetString() ?? "" : "", // those written before it was kept have none
    };

    private static IReadOnlyList<CheckpointPiece> ReadPieces(JsonElement pieces) =>
        [.. pieces.EnumerateArray().Select(p => new CheckpointPiece(Text(p, "name"), p.GetProperty("bytes").GetInt64(), Text(p, "xxh128")))];

    private static string Text(JsonElement element, string name) =>
        element.GetProperty(name).GetString() ?? throw new FormatException($"\"{name}\" is null");
}
