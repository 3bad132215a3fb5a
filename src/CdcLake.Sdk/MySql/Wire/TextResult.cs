using System.Text;
using CdcLake.MySql.Wire.Payloads;

namespace CdcLake.MySql.Wire;

// Text row: for each column 0xFB (NULL) or a lenenc string.
// Source: MySQL source documentation, "Text Resultset Row".

/// <summary>A small result, all rows in memory as text; NULL is null. For statements about the server, not for tables.</summary>
internal sealed class TextResult(ColumnDefinition41[] columns, List<string?[]> rows)
{
    private const byte Null = 0xFB;

    public IReadOnlyList<string?[]> Rows => rows;

    public int Count => rows.Count;

    /// <summary>One value by row number and column name, compared without case.</summary>
    /// <exception cref="MySqlProtocolException">The result has no such column.</exception>
    public string? this[int row, string column] => rows[row][IndexOf(column)];

    public string? this[int row, int column] => rows[row][column];

    /// <summary>True when the result has the column; servers differ in what statements about themselves show.</summary>
    public bool HasColumn(string name) => Array.FindIndex(columns, c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) >= 0;

    public static string?[] ReadRow(ReadOnlySpan<byte> payload, int columnCount)
    {
        var reader = new PacketReader(payload);
        var row = new string?[columnCount];
        for (var i = 0; i < columnCount; i++)
        {
            if (reader.Remaining > 0 && payload[reader.Position] == Null)
            {
                reader.Skip(1);
            }
            else
            {
                row[i] = Encoding.UTF8.GetString(reader.ReadLengthEncodedBytes());
            }
        }

        return row;
    }

    private int IndexOf(string name)
    {
        var index = Array.FindIndex(columns, c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return index >= 0 ? index : throw new MySqlProtocolException($"A result lacks the column \"{name}\".");
    }
}
