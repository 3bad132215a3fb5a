using System.Globalization;

namespace CdcLake.Testing.Results;

/// <summary>Rows as text that is equal when they are, and that people read.</summary>
internal static class RowText
{
    /// <param name="columns">Names, one for each value.</param>
    /// <param name="cells">Values as <see cref="Columnar.CellValue"/> gives them, or as properties have them.</param>
    public static string Of(IReadOnlyList<string> columns, IReadOnlyList<object?> cells) => string.Join(", ", columns.Select((c, i) => $"{c} = {Of(cells[i])}"));

    /// <summary>What one multiset of rows has and the other has not.</summary>
    public static List<string> Except(IEnumerable<string> rows, IEnumerable<string> others)
    {
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in others)
        {
            left[row] = left.GetValueOrDefault(row) + 1;
        }

        var more = new List<string>();
        foreach (var row in rows)
        {
            if (left.GetValueOrDefault(row) is > 0 and var count)
            {
                left[row] = count - 1;
            }
            else
            {
                more.Add(row);
            }
        }

        return more;
    }

    private static string Of(object? value) => value switch
    {
        null => "NULL",
        string text => $"'{text}'",
        byte[] bytes => $"0x{Convert.ToHexString(bytes)}",
        DateTime moment => moment.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF", CultureInfo.InvariantCulture),
        DateTimeOffset instant => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFF'Z'", CultureInfo.InvariantCulture),
        bool truth => truth ? "1" : "0",
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };
}
