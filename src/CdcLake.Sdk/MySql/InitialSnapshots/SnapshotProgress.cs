using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>Which rows of which tables an initial snapshot has read; what a position says of its part. Tables of which nothing was read are left out.</summary>
/// <param name="Tables">By qualified name.</param>
internal sealed record SnapshotProgress(IReadOnlyDictionary<string, TableProgress> Tables)
{
    /// <summary>True where no rows were read, and it only matters which ones changed since.</summary>
    public bool IsOfKeys { get; private init; }

    /// <summary>For whoever compares.</summary>
    public static SnapshotProgress OfKeys { get; } = new(new Dictionary<string, TableProgress>()) { IsOfKeys = true };

    /// <summary>Reads back <see cref="ToString"/>.</summary>
    /// <exception cref="CheckpointException">It is another text.</exception>
    public static SnapshotProgress Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return new SnapshotProgress(json.RootElement.EnumerateObject().ToDictionary(t => t.Name, t => TableProgress.Read(t.Value), StringComparer.Ordinal));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new CheckpointException("The stored position says in no known form how far the initial snapshot had come: the stored properties were changed by somebody else. Start with an empty target.", error);
        }
    }

    /// <summary>JSON in one line.</summary>
    public override string ToString()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (var (name, table) in Tables.OrderBy(t => t.Key, StringComparer.Ordinal))
            {
                json.WritePropertyName(name);
                table.Write(json);
            }

            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

/// <summary>Which rows of one table were read.</summary>
/// <param name="Rows">How many.</param>
/// <param name="IsDone">All of them.</param>
/// <param name="Key">Names of the columns that points have literals of.</param>
/// <param name="Ranges">One after the other they are the whole table; empty when nothing but all of it counts.</param>
internal sealed record TableProgress(long Rows, bool IsDone, IReadOnlyList<string> Key, IReadOnlyList<RangeProgress> Ranges)
{
    internal static TableProgress Read(JsonElement json) => new(
        json.GetProperty("rows").GetInt64(),
        json.GetProperty("done").GetBoolean(),
        Texts(json.GetProperty("key"))!,
        [.. json.GetProperty("ranges").EnumerateArray().Select(r => new RangeProgress(Texts(r.GetProperty("to")), Texts(r.GetProperty("at")), r.GetProperty("done").GetBoolean()))]);

    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteNumber("rows", Rows);
        json.WriteBoolean("done", IsDone);
        Write(json, "key", Key);
        json.WriteStartArray("ranges");
        foreach (var range in Ranges)
        {
            json.WriteStartObject();
            Write(json, "to", range.UpTo);
            Write(json, "at", range.At);
            json.WriteBoolean("done", range.IsDone);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string[]? Texts(JsonElement json) => json.ValueKind == JsonValueKind.Null ? null : [.. json.EnumerateArray().Select(t => t.GetString()!)];

    private static void Write(Utf8JsonWriter json, string name, IReadOnlyList<string>? texts)
    {
        if (texts is null)
        {
            json.WriteNull(name);
            return;
        }

        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(text);
        }

        json.WriteEndArray();
    }
}

/// <summary>A range of a table in the order of its key; it begins behind the end of the one before it.</summary>
/// <param name="UpTo">The point that is its end, and belongs to it; null for the last one.</param>
/// <param name="At">The point of the last row that was read; null when none was.</param>
/// <param name="IsDone">All of its rows were read.</param>
internal readonly record struct RangeProgress(IReadOnlyList<string>? UpTo, IReadOnlyList<string>? At, bool IsDone)
{
    /// <summary>Up to where rows were read; meaningless before the first, and null for all of the last one.</summary>
    public IReadOnlyList<string>? ReadUpTo => IsDone ? UpTo : At;
}
