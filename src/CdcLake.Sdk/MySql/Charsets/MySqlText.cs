using System.Text;

namespace CdcLake.MySql.Charsets;

/// <summary>Text as the server stores it, as a string: labels of ENUM and SET.</summary>
internal static class MySqlText
{
    /// <summary>The text of a label; what is no character of the set comes out as U+FFFD.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes, string charset) => TextConverter.Of(charset)?.Decode(bytes, '\uFFFD') ?? Encoding.UTF8.GetString(bytes);
}
