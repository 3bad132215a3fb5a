using System.Globalization;
using System.Text;
using CdcLake.Columnar;
using CdcLake.MySql.Charsets;
using CdcLake.MySql.Tables;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing.MySql.Log;

/// <summary>Brings rows of a <see cref="MemoryTable"/> into the images of the log.</summary>
internal sealed class StoredRows
{
    private const int Binary = 63;
    private static readonly Dictionary<string, int> Collations = Enumerable.Range(1, 330).ToLookup(i => MySqlCollations.Name(i)).ToDictionary(g => g.Key, g => g.First(), StringComparer.Ordinal);
    private readonly IReadOnlyList<MySqlColumn> _columns;

    public StoredRows(MemoryTable table)
    {
        var name = MySqlTableName.Parse(table.Name, null);
        _columns = [.. table.Columns.Select(c => c.Column)];
        Table = new BinlogTable(name.Database, name.Table, [.. table.Description.PrimaryKey], [.. _columns.Select(c => ColumnOf(table.Name, c))]);
    }

    /// <summary>As the log describes it.</summary>
    public BinlogTable Table { get; }

    /// <summary>Number of a column's collation.</summary>
    public static int CollationOf(MySqlColumn column) => column.IsBinary || column.Charset.Length == 0 ? Binary : Collations.GetValueOrDefault(column.Collation, 255);

    /// <summary>Values as <see cref="BinlogColumn"/> writes them.</summary>
    public object?[] Image(object?[] row) => [.. row.Select((v, i) => v is null ? null : ValueOf(_columns[i], v))];

    /// <summary>Text in the character set of its column.</summary>
    public static byte[] Encoded(MySqlColumn column, byte[] utf8) => column.Charset == "latin1" ? Encoding.Latin1.GetBytes(Encoding.UTF8.GetString(utf8)) : utf8;

    /// <summary>The number of an ENUM's label, or the bits of a SET.</summary>
    public static ulong ChoiceOf(MySqlColumn column, byte[] text)
    {
        var labels = Encoding.UTF8.GetString(text);
        return column.Type == MySqlTypeCode.Enum
            ? (ulong)(column.Labels.IndexOf(labels) + 1)
            : labels.Split(',', StringSplitOptions.RemoveEmptyEntries).Aggregate(0UL, (bits, label) => bits | (1UL << column.Labels.IndexOf(label)));
    }

    private static object ValueOf(MySqlColumn column, object stored) => column.Type switch
    {
        MySqlTypeCode.NewDecimal when stored is byte[] digits => Encoding.UTF8.GetString(digits),
        MySqlTypeCode.NewDecimal => DecimalText.Of(Whole(stored), column.Scale),
        MySqlTypeCode.Bit => (ulong)Whole(stored),
        MySqlTypeCode.Date => DateTime.UnixEpoch.AddDays((int)stored),
        MySqlTypeCode.Time2 => TimeSpan.FromTicks((long)stored * TimeSpan.TicksPerMicrosecond),
        MySqlTypeCode.DateTime2 or MySqlTypeCode.Timestamp2 => DateTime.UnixEpoch.AddTicks((long)stored * TimeSpan.TicksPerMicrosecond),
        MySqlTypeCode.Enum or MySqlTypeCode.Set => ChoiceOf(column, (byte[])stored),
        MySqlTypeCode.Json => JsonDocuments.OfText(Encoding.UTF8.GetString((byte[])stored)),
        MySqlTypeCode.Geometry => (byte[])[0, 0, 0, 0, .. (byte[])stored],
        MySqlTypeCode.String when column.IsBinary => ((byte[])stored).AsSpan().TrimEnd((byte)0).ToArray(),
        _ => stored switch { byte[] text => Encoded(column, text), Int128 wide => (ulong)wide, _ => stored },
    };

    private static Int128 Whole(object stored) => stored as Int128? ?? Convert.ToInt64(stored, CultureInfo.InvariantCulture);

    private static BinlogColumn ColumnOf(string table, MySqlColumn column)
    {
        var collation = CollationOf(column);
        if (column.Charset.Length > 0 && !column.IsBinary && column.Charset != "latin1" && !MySqlCharsets.IsUtf8(column.Charset))
        {
            throw new TableRowException(TableRowError.BadDefinition, $"Column {table}.{column.Name} is {column.Charset}, which the server in memory does not write. Declare it as utf8mb4 or latin1.");
        }

        var log = column.Type switch
        {
            MySqlTypeCode.Tiny or MySqlTypeCode.Short or MySqlTypeCode.Int24 or MySqlTypeCode.Long or MySqlTypeCode.LongLong => BinlogColumn.Integer(column.Name, (byte)column.Type, column.IsUnsigned),
            MySqlTypeCode.Float => BinlogColumn.Float(column.Name),
            MySqlTypeCode.Double => BinlogColumn.Double(column.Name),
            MySqlTypeCode.Year => BinlogColumn.Year(column.Name),
            MySqlTypeCode.NewDecimal => BinlogColumn.Decimal(column.Name, column.Length, column.Scale),
            MySqlTypeCode.Bit => BinlogColumn.Bit(column.Name, column.Length),
            MySqlTypeCode.Date => BinlogColumn.Date(column.Name),
            MySqlTypeCode.Time2 => BinlogColumn.Time(column.Name, column.Scale),
            MySqlTypeCode.DateTime2 => BinlogColumn.DateTime(column.Name, column.Scale),
            MySqlTypeCode.Timestamp2 => BinlogColumn.Timestamp(column.Name, column.Scale),
            MySqlTypeCode.String => BinlogColumn.Char(column.Name, column.Length, collation),
            MySqlTypeCode.VarChar or MySqlTypeCode.VarString => BinlogColumn.VarChar(column.Name, column.Length, collation),
            MySqlTypeCode.Blob => BinlogColumn.Blob(column.Name, column.Length, collation),
            MySqlTypeCode.Enum => BinlogColumn.Enum(column.Name, [.. column.Labels]) with { Collation = collation },
            MySqlTypeCode.Set => BinlogColumn.Set(column.Name, [.. column.Labels]) with { Collation = collation },
            MySqlTypeCode.Json => BinlogColumn.Json(column.Name),
            MySqlTypeCode.Geometry => BinlogColumn.Geometry(column.Name),
            MySqlTypeCode.Vector => BinlogColumn.Vector(column.Name),
            _ => throw new TableRowException(TableRowError.BadDefinition, $"Column {table}.{column.Name} is {column.NativeType}, which no MySQL server has. Leave it out."),
        };
        return log with { Nullable = column.IsNullable, IsUnsigned = column.IsUnsigned };
    }
}
