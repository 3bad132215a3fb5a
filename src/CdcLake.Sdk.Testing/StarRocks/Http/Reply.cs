using System.Text;
using System.Text.Json;

namespace CdcLake.Testing.StarRocks.Http;

/// <summary>An answer over HTTP. The three dialects are those of the servers: backends and transactions capitalise, the frontend's own results do not.</summary>
/// <param name="StatusCode">HTTP's.</param>
/// <param name="Body">JSON, or other text.</param>
internal sealed record Reply(int StatusCode, string Body)
{
    /// <summary>Where a redirect leads; null otherwise.</summary>
    public string? Location { get; init; }

    public string ContentType { get; init; } = "application/json";

    public static Reply Redirect(string location) => new(307, "") { Location = location };

    /// <summary>Of a backend, or a frontend about a transaction.</summary>
    public static Reply Of(string status, string message, params ReadOnlySpan<(string Name, object? Value)> more) => new(200, Write([("Status", status), ("Message", message), .. more]));

    /// <summary>Of a frontend about anything else.</summary>
    public static Reply Base(string status, string code, string message, params ReadOnlySpan<(string Name, object? Value)> more) =>
        new(200, Write([.. more, ("status", status), ("code", code), ("msg", message), ("message", message)]));

    public static Reply Unauthorized(string message) => Base("FAILED", "1", message) with { StatusCode = 401 };

    private static string Write(IEnumerable<(string Name, object? Value)> fields)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in fields)
            {
                if (value is long number)
                {
                    writer.WriteNumber(name, number);
                }
                else
                {
                    writer.WriteString(name, (string?)value);
                }
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
