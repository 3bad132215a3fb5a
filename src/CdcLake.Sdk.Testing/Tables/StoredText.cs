using System.Globalization;
using System.Reflection;
using System.Runtime.Serialization;
using System.Text;
using System.Text.Json;
using CdcLake.MySql.Binlog.Json;
using CdcLake.MySql.Charsets;
using CdcLake.MySql.Tables;

namespace CdcLake.Testing.Tables;

/// <summary>Turns values of an application into the UTF-8 text that a column stores.</summary>
internal static class StoredText
{
    /// <summary>How the members of an enum are spelled in a column: <see cref="EnumMemberAttribute"/>, else the name.</summary>
    public static IReadOnlyList<string> LabelsOf(Type type) => [.. Enum.GetNames(type).Select(n => SpellingOf(type, n)).Distinct(StringComparer.Ordinal)];

    /// <exception cref="TableRowException">The column does not hold the value.</exception>
    public static byte[] Of(string table, MySqlColumn column, object value)
    {
        var text = value switch
        {
            string given => given,
            Enum member => SpellingOf(member.GetType(), member.ToString()),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => throw new InvalidCastException(),
        };
        return Encoding.UTF8.GetBytes(column.Type switch
        {
            MySqlTypeCode.Enum => LabelOf(table, column, text),
            MySqlTypeCode.Set => string.Join(',', SetOf(table, column, text)),
            MySqlTypeCode.String => Fitting(table, column, text).TrimEnd(' '),
            MySqlTypeCode.VarChar or MySqlTypeCode.VarString => Fitting(table, column, text),
            MySqlTypeCode.Json => DocumentOf(table, column, text),
            _ => text,
        });
    }

    private static string SpellingOf(Type type, string name) => type.GetField(name)?.GetCustomAttribute<EnumMemberAttribute>()?.Value ?? name;

    private static string LabelOf(string table, MySqlColumn column, string text) =>
        column.Labels.FirstOrDefault(l => l == text)
        ?? column.Labels.FirstOrDefault(l => l.Equals(text, StringComparison.OrdinalIgnoreCase))
        ?? throw StoredValue.Bad(table, column, text, $"its labels are {string.Join(", ", column.Labels)}");

    private static IEnumerable<string> SetOf(string table, MySqlColumn column, string text)
    {
        var wanted = text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(l => LabelOf(table, column, l)).ToHashSet(StringComparer.Ordinal);
        return column.Labels.Where(wanted.Contains);
    }

    // As the server prints it: it keeps no spaces, and orders keys.
    private static string DocumentOf(string table, MySqlColumn column, string text)
    {
        try
        {
            return Encoding.UTF8.GetString(new JsonPrinter().Print(JsonDocuments.OfText(text)));
        }
        catch (JsonException error)
        {
            throw StoredValue.Bad(table, column, text, $"it is no JSON ({error.Message})", error);
        }
    }

    private static string Fitting(string table, MySqlColumn column, string text)
    {
        var characters = column.Length / MySqlCharsets.MaxBytesPerCharacter(column.Charset);
        var count = text.EnumerateRunes().Count();
        return count > characters ? throw StoredValue.Bad(table, column, text, $"it holds {characters} characters, and these are {count}") : text;
    }
}
