using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.MySql.PrintedLogs;

/// <summary>Printed values in the form in which <see cref="CdcLake.Tests.Shared.TableContents"/> shows captured ones; texts of other character sets, and documents that were changed in part, by the server's own word.</summary>
internal sealed partial class PrintedValues(ServerSession session)
{
    private readonly Dictionary<(string Charset, string Bytes), string> _texts = [];

    /// <param name="value">What is printed.</param>
    /// <param name="column">Its column.</param>
    /// <param name="before">The same column of the image before, in the result's form; null when there is none.</param>
    public async Task<string> CapturedAsync(PrintedValue value, PrintedColumn column, string? before)
    {
        if (value.Text is not { } text)
        {
            return "NULL";
        }

        var type = value.Type.Split('(')[0];
        return type switch
        {
            "INT" or "TINYINT" or "SHORTINT" or "MEDIUMINT" or "LONGINT" => text.IndexOf(" (", StringComparison.Ordinal) is var other and > 0 ? column.IsUnsigned ? text[(other + 2)..^1] : text[..other] : text,
            "DECIMAL" => text,
            "FLOAT" => SixDigits(double.Parse(text, CultureInfo.InvariantCulture)),
            "DOUBLE" => BitConverter.DoubleToUInt64Bits(double.Parse(text, CultureInfo.InvariantCulture)).ToString("X16", CultureInfo.InvariantCulture),
            "BIT" => Bits(text).ToString(CultureInfo.InvariantCulture),
            "TIMESTAMP" => DateTime.UnixEpoch.AddTicks((long)(decimal.Parse(text, CultureInfo.InvariantCulture) * TimeSpan.TicksPerSecond)).ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture),
            "DATETIME" or "TIME" => Microseconds(text[1..^1]),
            "DATE" => text[1..^1].Replace(':', '-'),
            "YEAR" => text == "1900" ? "0" : text, // the program does not know the year 0
            "ENUM" => int.Parse(text, CultureInfo.InvariantCulture) is var index and > 0 ? column.Labels[index - 1] : "",
            "SET" => string.Join(',', column.Labels.Where((_, i) => HasMember(text, i))),
            "JSON" => await DocumentAsync(Utf8(text), before),
            "VECTOR" => string.Join(',', text[1..^1].Split(',').Select(f => SixDigits(double.Parse(f, CultureInfo.InvariantCulture)))),
            _ => await TextAsync(PrintedLog.Unquoted(text), column),
        };
    }

    /// <summary>A captured value as it can be compared: the program prints floats with six digits, and a document that is a single text without its quotes.</summary>
    public static string Comparable(string captured, string type) => captured == "NULL" ? captured : type.Split('(')[0] switch
    {
        "FLOAT" => SixDigits(BitConverter.UInt32BitsToSingle(uint.Parse(captured, NumberStyles.HexNumber, CultureInfo.InvariantCulture))),
        "JSON" when captured[0] == '"' => JsonSerializer.Deserialize<string>(captured)!,
        "VECTOR" => string.Join(',', Convert.FromHexString(captured).Chunk(4).Select(f => SixDigits(BitConverter.ToSingle(f)))),
        _ => captured,
    };

    private static string SixDigits(double value) => value.ToString("E5", CultureInfo.InvariantCulture);

    private static ulong Bits(string text) => text[2..^1].Aggregate(0UL, (bits, digit) => bits << 1 | (digit == '1' ? 1UL : 0));

    // b'1000000000000001': byte by byte, the lowest first, each with its highest bit first.
    private static bool HasMember(string text, int member) => text[2 + (member / 8 * 8) + 7 - (member % 8)] == '1';

    private static string Microseconds(string time) => time.Contains('.', StringComparison.Ordinal) ? time + new string('0', 6 - (time.Length - time.IndexOf('.', StringComparison.Ordinal) - 1)) : time + ".000000";

    private static string Utf8(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));

    private async Task<string> DocumentAsync(string text, string? before) => text[0] switch
    {
        '@' => Comparable(before!, "JSON"),
        'J' => await EvaluateAsync(text, before!),
        '\'' => PrintedLog.Unquoted(text),
        _ => text,
    };

    // JSON_REPLACE(@19, '$.a[0]', 'x'), of the document that the image before has; what is printed as \x00, a server takes for x00.
    private async Task<string> EvaluateAsync(string expression, string before)
    {
        var begin = expression.LastIndexOf("(@", StringComparison.Ordinal) + 1;
        var end = expression.IndexOf(',', begin);
        var document = $"CAST({MySqlTableName.Literal(before)} AS JSON)";
        var arguments = PrintedByte().Replace(expression[end..], m => m.Groups["code"] is { Success: true } code ? "\\" + Escaped((char)Convert.ToByte(code.Value, 16)) : m.Value);
        return (await session.QueryAsync($"SELECT CAST({expression[..begin]}{document}{arguments} AS CHAR)", default))[0, 0]!;
    }

    private static char Escaped(char control) => control switch { '\0' => '0', '\x1a' => 'Z', _ => control };

    [GeneratedRegex(@"\\(x(?<code>[0-9a-f]{2})|.)", RegexOptions.IgnoreCase | RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex PrintedByte();

    private async Task<string> TextAsync(string bytes, PrintedColumn column)
    {
        if (column.Charset is not { } charset)
        {
            var length = column.Type.StartsWith("binary(", StringComparison.Ordinal) ? int.Parse(column.Type[7..^1], CultureInfo.InvariantCulture) : 0;
            return Convert.ToHexString(Encoding.Latin1.GetBytes(bytes.PadRight(length, '\0')));
        }

        if (charset.StartsWith("utf8", StringComparison.Ordinal) || bytes.Length == 0)
        {
            return Utf8(bytes);
        }

        if (!_texts.TryGetValue((charset, bytes), out var text))
        {
            var hex = Convert.ToHexString(Encoding.Latin1.GetBytes(bytes));
            text = (await session.QueryAsync($"SELECT CONVERT(CONVERT(X'{hex}' USING {charset}) USING utf8mb4)", default))[0, 0]!;
            _texts.Add((charset, bytes), text);
        }

        return text;
    }
}
