using System.Text;

namespace CdcLake.Testing.StarRocks.Loading;

/// <summary>Rows as separated fields: <c>\N</c> is NULL, an empty field is an empty string, a field may be enclosed, and the mark that encloses is doubled inside.</summary>
internal static class CsvBody
{
    public static IEnumerable<IReadOnlyList<Cell>> Read(ReadOnlySpan<byte> body, LoadHeaders headers) => Rows(Encoding.UTF8.GetString(body), headers);

    private static IEnumerable<IReadOnlyList<Cell>> Rows(string text, LoadHeaders headers)
    {
        var at = 0;
        while (at < text.Length)
        {
            var row = new List<Cell>();
            while (true)
            {
                row.Add(Field(text, ref at, headers));
                if (StartsWith(text, at, headers.ColumnSeparator))
                {
                    at += headers.ColumnSeparator.Length;
                    continue;
                }

                at += StartsWith(text, at, headers.RowDelimiter) ? headers.RowDelimiter.Length : 0;
                break;
            }

            yield return row;
        }
    }

    private static Cell Field(string text, ref int at, LoadHeaders headers)
    {
        var isEnclosed = headers.Enclose != '\0' && at < text.Length && text[at] == headers.Enclose;
        at += isEnclosed ? 1 : 0;
        var field = new StringBuilder();
        while (at < text.Length)
        {
            if (isEnclosed && text[at] == headers.Enclose)
            {
                if (at + 1 < text.Length && text[at + 1] == headers.Enclose)
                {
                    at++;
                }
                else
                {
                    at++;
                    break;
                }
            }
            else if (headers.Escape != '\0' && text[at] == headers.Escape && at + 1 < text.Length)
            {
                at++;
            }
            else if (!isEnclosed && (StartsWith(text, at, headers.ColumnSeparator) || StartsWith(text, at, headers.RowDelimiter)))
            {
                break;
            }

            field.Append(text[at++]);
        }

        var value = field.ToString();
        return new Cell(!isEnclosed && value == "\\N" ? null : value);
    }

    private static bool StartsWith(string text, int at, string mark) => string.CompareOrdinal(text, at, mark, 0, mark.Length) == 0;
}
