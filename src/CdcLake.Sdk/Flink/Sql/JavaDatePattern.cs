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
                'f' => new string('S', text.Length),
                _ => text,
            });
        }

        return pattern.ToString();
    }
}
