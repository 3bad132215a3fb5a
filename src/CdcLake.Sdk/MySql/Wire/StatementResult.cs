using System.Collections.ObjectModel;
using System.Data.Common;
using System.Globalization;
using System.Text;
using MySqlConnector;

namespace CdcLake.MySql.Wire;

/// <summary>A small result, all rows in memory as text, in MySQL's own spelling; NULL is null. For statements about the server, not for tables.</summary>
internal sealed class StatementResult
{
    private readonly IReadOnlyList<string> _columns;

    /// <param name="columns">Names, in order.</param>
    /// <param name="rows">Values as text, as many in each as there are columns; null for NULL.</param>
    public StatementResult(IReadOnlyList<string> columns, IReadOnlyList<string?[]> rows)
    {
        _columns = columns;
        Rows = rows;
    }

    /// <summary>Names of the columns, in order.</summary>
    public IReadOnlyList<string> Columns => _columns;

    public IReadOnlyList<string?[]> Rows { get; }

    public int Count => Rows.Count;

    /// <summary>One value by row number and column name, compared without case.</summary>
    /// <exception cref="MySqlProtocolException">The result has no such column.</exception>
    public string? this[int row, string column] => Rows[row][IndexOf(column) is >= 0 and var index
        ? index
        : throw new MySqlProtocolException($"A result lacks the column \"{column}\".")];

    public string? this[int row, int column] => Rows[row][column];

    /// <summary>True when the result has the column; servers differ in what statements about themselves show.</summary>
    public bool HasColumn(string name) => IndexOf(name) >= 0;

    public static async Task<StatementResult> ReadAsync(MySqlDataReader reader, CancellationToken cancellationToken)
    {
        var columns = reader.FieldCount == 0 ? new ReadOnlyCollection<DbColumn>([]) : reader.GetColumnSchema();
        var rows = new List<string?[]>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            var row = new string?[columns.Count];
            for (var i = 0; i < row.Length; i++)
            {
                row[i] = reader.IsDBNull(i) ? null : Text(reader, i, columns[i].NumericScale is > 0 and <= 6 and var scale ? scale : 0);
            }

            rows.Add(row);
        }

        return new StatementResult([.. columns.Select(c => c.ColumnName)], rows);
    }

    private static string? Text(MySqlDataReader reader, int ordinal, int scale)
    {
        var fraction = scale == 0 ? "" : "." + new string('f', scale);
        if (reader.GetFieldType(ordinal) == typeof(decimal))
        {
            return reader.GetMySqlDecimal(ordinal).ToString(); // .NET's own ends at 28 digits
        }

        return reader.GetValue(ordinal) switch
        {
            byte[] bytes => Encoding.UTF8.GetString(bytes),
            DateTime date when reader.GetDataTypeName(ordinal) == "DATE" => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            DateTime time => time.ToString("yyyy-MM-dd HH:mm:ss" + fraction, CultureInfo.InvariantCulture),
            TimeSpan time => (time < TimeSpan.Zero ? "-" : "") + Math.Floor(time.Duration().TotalHours).ToString("00", CultureInfo.InvariantCulture)
                + time.ToString(@"\:mm\:ss" + fraction.Replace(".", @"\.", StringComparison.Ordinal), CultureInfo.InvariantCulture),
            var value => Convert.ToString(value, CultureInfo.InvariantCulture),
        };
    }

    private int IndexOf(string name)
    {
        for (var i = 0; i < _columns.Count; i++)
        {
            if (_columns[i].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }
}
