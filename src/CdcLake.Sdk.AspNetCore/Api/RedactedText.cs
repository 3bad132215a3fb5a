using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace CdcLake.AspNetCore.Api;

/// <summary>
/// Writes texts without what looks like a secret. The library's own messages hold none; this is for those of others that are passed on, such as a driver's error that repeats its connection
/// string. Values of rows do not come through here.
/// </summary>
internal sealed partial class RedactedText : JsonConverter<string>
{
    private const string Hidden = "***";

    public static string Of(string text) => UserInfo().Replace(KeyAndValue().Replace(text, "$1" + Hidden), "$1" + Hidden + "@");

    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetString();

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(Of(value));

    // Password=…, "s3.secret-access-key": "…", Authorization: Bearer …; the value ends where a connection string, JSON or a sentence goes on.
    [GeneratedRegex(@"((?:password|passwd|pwd|passphrase|secret(?:[\w.-]*key)?|access[-_.]?key(?:[-_.]?id)?|session[-_.]?token|api[-_.]?key|token|credential|authorization)[""']?\s*[=:]\s*)(?:""[^""]*""|'[^']*'|(?:bearer|basic)\s+\S+|[^\s;,&""'}]+)", RegexOptions.IgnoreCase)]
    private static partial Regex KeyAndValue();

    // mysql://user:password@host
    [GeneratedRegex(@"(\b[a-z][a-z0-9+.-]*://)[^\s/@]+@", RegexOptions.IgnoreCase)]
    private static partial Regex UserInfo();
}
