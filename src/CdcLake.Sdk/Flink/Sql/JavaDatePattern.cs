using System.Text;
using CdcLake.Expressions.Functions;

namespace CdcLake.Flink.Sql;

/// <summary>Formats of dates as Java's DateTimeFormatter reads them.</summary>
internal static class JavaDatePattern
{
    public static string Of(DateFormat format, FunctionCall call)
    {
        var pattern = new StringBuilder();
        foreach (var (part, text) in format.Parts)
        {
            pattern.Append(part switch
            {
                null when text == "'" => "''",
                null when text.Contains('\'', StringComparison.Ordinal) => throw call.Refuse("an apostrophe among other characters of a format is not translated"),
                null when text.All(c => c is ' ' or '-' or ':' or '.' or ',' or '/') => text,
                null => $"'{text}'",
                't' or 'h' => throw call.Refuse("Flink's words for the halves of a day depend on its locale. Use HH"),
                'M' or 'd' when text.Length > 2 => throw call.Refuse("Flink's names of months and days depend on its locale. Use MM and dd"),
                'f' => new string('S', text.Length),
                _ => text,
            });
        }

        return pattern.ToString();
    }
}
