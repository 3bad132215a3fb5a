using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Text.Json;
using CdcLake.Compression;
using CdcLake.Iceberg.Spec;

namespace CdcLake.Iceberg.Puffin;

// File: "PFA1" | blobs | footer. Footer (Puffin specification, "Footer structure"), numbers little endian:
//
//   4   "PFA1"
//   n   JSON: { "blobs": [ { type, fields, snapshot-id, sequence-number, offset, length, compression-codec?, properties? } ], "properties"? }
//   4   n
//   4   flags: bit 0 of the first byte = the JSON is compressed with LZ4
//   4   "PFA1"

/// <summary>Reads and writes what stands at the end of a Puffin file.</summary>
internal static class PuffinFooter
{
    /// <summary>Bytes behind the JSON.</summary>
    public const int TailLength = 12;

    private const int MaxLength = 64 << 20;

    public static ReadOnlySpan<byte> Magic => "PFA1"u8;

    /// <summary>The footer, from its magic to the end of the file.</summary>
    public static byte[] Write(IEnumerable<PuffinBlob> blobs, string createdBy)
    {
        using var buffer = new MemoryStream();
        buffer.Write(Magic);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartArray("blobs");
            foreach (var blob in blobs)
            {
                WriteBlob(json, blob);
            }

            json.WriteEndArray();
            json.WriteStartObject("properties");
            json.WriteString("created-by", createdBy);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        Span<byte> tail = stackalloc byte[TailLength];
        tail.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(tail, (int)buffer.Length - Magic.Length);
        Magic.CopyTo(tail[^Magic.Length..]);
        buffer.Write(tail);
        return buffer.ToArray();
    }

    /// <summary>How many bytes before the end of the file the JSON and what follows it take.</summary>
    /// <param name="tail">The last <see cref="TailLength"/> bytes of the file.</param>
    /// <param name="fileLength">Bytes of the file.</param>
    /// <exception cref="CorruptDataException">Not a Puffin file, or a footer that is not read.</exception>
    public static int LengthFromEnd(ReadOnlySpan<byte> tail, long fileLength)
    {
        if (!tail.EndsWith(Magic))
        {
            throw new CorruptDataException("Puffin file", fileLength - Magic.Length, "its last four bytes are not \"PFA1\"");
        }

        if ((tail[4] & 1) != 0)
        {
            throw new CorruptDataException("Puffin footer", fileLength - 8, "it is compressed, which is not supported");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(tail);
        return length >= 0 && length <= MaxLength && length <= fileLength - TailLength - (2 * Magic.Length)
            ? length + TailLength
            : throw new CorruptDataException("Puffin footer", fileLength - TailLength, $"{length} bytes in a file of {fileLength}");
    }

    /// <summary>The blobs that a footer lists.</summary>
    /// <exception cref="CorruptDataException">Malformed, or a blob lies outside of the file.</exception>
    public static ImmutableArray<PuffinBlob> Read(ReadOnlyMemory<byte> utf8, long fileLength)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8);
            ImmutableArray<PuffinBlob> blobs = [.. document.RootElement.OptionalArray("blobs").Select(ReadBlob)];
            return blobs.FirstOrDefault(b => b.Offset < Magic.Length || b.Length < 0 || b.Length > fileLength - b.Offset) is { } outside
                ? throw new CorruptDataException("Puffin footer", fileLength, $"a blob lies at {outside.Offset} over {outside.Length} of {fileLength} bytes")
                : blobs;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new CorruptDataException("Puffin footer", fileLength - TailLength - utf8.Length, e.Message);
        }
    }

    private static void WriteBlob(Utf8JsonWriter json, PuffinBlob blob)
    {
        json.WriteStartObject();
        json.WriteString("type", blob.Type);
        json.WriteStartArray("fields");
        foreach (var field in blob.Fields)
        {
            json.WriteNumberValue(field);
        }

        json.WriteEndArray();
        json.WriteNumber("snapshot-id", blob.SnapshotId);
        json.WriteNumber("sequence-number", blob.SequenceNumber);
        json.WriteNumber("offset", blob.Offset);
        json.WriteNumber("length", blob.Length);
        if (blob.Codec is { } codec)
        {
            json.WriteString("compression-codec", codec);
        }

        json.WriteStartObject("properties");
        foreach (var (key, value) in blob.Properties)
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static PuffinBlob ReadBlob(JsonElement element) => new(
        element.RequiredString("type"),
        [.. element.OptionalArray("fields").Select(f => f.GetInt32())],
        element.RequiredInt64("offset"),
        element.RequiredInt64("length"))
    {
        SnapshotId = element.OptionalInt64("snapshot-id") ?? PuffinBlob.Inherited,
        SequenceNumber = element.OptionalInt64("sequence-number") ?? PuffinBlob.Inherited,
        Codec = element.OptionalString("compression-codec"),
        Properties = ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, element.OptionalStrings("properties")),
    };
}
