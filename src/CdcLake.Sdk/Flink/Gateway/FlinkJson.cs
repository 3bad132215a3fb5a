using System.Buffers;
using System.Text;
using System.Text.Json;

namespace CdcLake.Flink.Gateway;

/// <summary>Bodies of requests.</summary>
internal static class FlinkJson
{
    /// <summary>An object.</summary>
    public static string Write(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
