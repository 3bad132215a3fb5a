using System.Globalization;
using CdcLake.Columnar;

namespace CdcLake.MySql.Tables;

// COLUMN_DEFAULT of information_schema: MySQL prints literals without quotes, bits as b'101' and bytes as 0x6162, and says DEFAULT_GENERATED of expressions; MariaDB prints SQL, 'x' and NULL.
// A column without default has the zero of its type in a row that says nothing of it, where the session is not strict.

/// <summary>What a column has in a row that says nothing of it.</summary>
/// <param name="Text">As information_schema has it; null for none.</param>
/// <param name="Extra">What information_schema says beside that.</param>
/// <param name="IsMariaDb">Who wrote it.</param>
internal readonly record struct DeclaredDefault(string? Text, string Extra, bool IsMariaDb)
{
    private const string Quote = "'";

    /// <summary>What a TIMESTAMP column has by default in UTC, without quotes; null where it has no such moment, or it is not known.</summary>
    public string? Moment { get; init; }

    /// <summary>The default of a column as one row; null where it is computed for each row, which servers then log, or cannot be told from here.</summary>
    public Column? Of(MySqlColumn column)
    {
        if (column.IsGenerated || column.Unsupported is not null || Extra.Contains("GENERATED", StringComparison.OrdinalIgnoreCase) || Extra.Contains("auto_increment", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var value = Column.Create(column.DataType);
        var isNone = Text is null || (IsMariaDb && Text == "NULL");
        if (isNone && column.IsNullable)
        {
            value.AppendNull();
            return value;
        }

        return (isNone ? Zero(column) : Moment ?? Literal(column)) is { } literal && TryAppend(value, column, literal) ? value : null;
    }

    // x'6162', of newer versions of MariaDB
    private bool IsHex => IsMariaDb && Text is ['x', '\'', .., '\''];

    private static string? Zero(MySqlColumn column) => column.Type switch
    {
        MySqlTypeCode.Enum => column.Labels[0],
        MySqlTypeCode.Set or MySqlTypeCode.VarChar or MySqlTypeCode.VarString or MySqlTypeCode.String or MySqlTypeCode.Blob => "",
        MySqlTypeCode.Time2 => "00:00:00",
        MySqlTypeCode.Bit => "b'0'",
        _ => "0",
    };

    // A backslash in a literal of MariaDB may mean something else.
    private string? Literal(MySqlColumn column)
    {
        if (!IsMariaDb || column.Type == MySqlTypeCode.Bit || IsHex)
        {
            return Text;
        }

        return !Text!.StartsWith(Quote, StringComparison.Ordinal) ? Text.Length > 0 && (char.IsAsciiDigit(Text[^1]) || Text[^1] == '.') ? Text : null
            : Text.Contains('\\', StringComparison.Ordinal) ? null : Text[1..^1].Replace("''", Quote, StringComparison.Ordinal);
    }

    private bool TryAppend(Column value, MySqlColumn column, string text)
    {
        const NumberStyles number = NumberStyles.Float;
        var culture = CultureInfo.InvariantCulture;
        return column.Type switch
        {
            MySqlTypeCode.Tiny or MySqlTypeCode.Short or MySqlTypeCode.Int24 or MySqlTypeCode.Long or MySqlTypeCode.LongLong or MySqlTypeCode.Year =>
                Int128.TryParse(text, NumberStyles.AllowLeadingSign, culture, out var integer) && TryAppend(value, integer),
            MySqlTypeCode.Bit => text is ['b', '\'', .. var bits, '\''] && UInt128.TryParse(bits, NumberStyles.BinaryNumber, culture, out var set) && TryAppend(value, (Int128)set),
            MySqlTypeCode.NewDecimal => value.Type.Kind == TypeKind.Decimal && decimal.TryParse(text, number, culture, out var exact) && CellWriter.TryAppend(value, exact),
            MySqlTypeCode.Float => float.TryParse(text, number, culture, out var single) && CellWriter.TryAppend(value, single),
            MySqlTypeCode.Double => double.TryParse(text, number, culture, out var real) && CellWriter.TryAppend(value, real),
            MySqlTypeCode.Enum => column.Labels.Contains(text) && CellWriter.TryAppend(value, text),
            MySqlTypeCode.Set => (text.Length == 0 || text.Split(',').All(l => column.Labels.Contains(l))) && CellWriter.TryAppend(value, text),
            MySqlTypeCode.Date => value.Type.Kind == TypeKind.Date && DateOnly.TryParseExact(text, "yyyy-MM-dd", culture, DateTimeStyles.None, out var date) && CellWriter.TryAppend(value, date),
            MySqlTypeCode.DateTime2 => value.Type.Kind == TypeKind.DateTime && DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss.FFFFFF", culture, DateTimeStyles.None, out var moment) && CellWriter.TryAppend(value, moment),
            MySqlTypeCode.Time2 => TimeOf(text) is { } time && CellWriter.TryAppend(value, time),
            MySqlTypeCode.VarChar or MySqlTypeCode.VarString or MySqlTypeCode.String or MySqlTypeCode.Blob when column.IsBinary => BytesOf(column, text) is { } bytes && CellWriter.TryAppend(value, bytes),
            _ when IsHex => false,
            MySqlTypeCode.String => CellWriter.TryAppend(value, text.TrimEnd(' ')),
            MySqlTypeCode.VarChar or MySqlTypeCode.VarString or MySqlTypeCode.Blob => CellWriter.TryAppend(value, text),
            MySqlTypeCode.Timestamp2 => text == Moment && value.Type.Kind == TypeKind.Timestamp
                && DateTime.TryParseExact(text, "yyyy-MM-dd HH:mm:ss.FFFFFF", culture, DateTimeStyles.None, out var instant) && CellWriter.TryAppend(value, new DateTimeOffset(instant, TimeSpan.Zero)),
            _ => false,
        };
    }

    private static bool TryAppend(Column value, Int128 number)
    {
        switch (value)
        {
            case FixedColumn<byte> bytes:
                bytes.Append((byte)number);
                return true;
            case FixedColumn<int> integers:
                integers.Append((int)number);
                return true;
            case FixedColumn<long> longs:
                longs.Append((long)number);
                return true;
            case FixedColumn<Int128> wides:
                wides.Append(number);
                return true;
            default:
                return false;
        }
    }

    // [-]hhh:mm:ss[.ffffff]
    private static TimeSpan? TimeOf(string text)
    {
        var parts = text.TrimStart('-').Split(':');
        var culture = CultureInfo.InvariantCulture;
        if (parts.Length != 3 || !int.TryParse(parts[0], NumberStyles.None, culture, out var hours) || !int.TryParse(parts[1], NumberStyles.None, culture, out var minutes)
            || !decimal.TryParse(parts[2], NumberStyles.AllowDecimalPoint, culture, out var seconds))
        {
            return null;
        }

        var time = new TimeSpan(hours, minutes, 0) + TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return text.StartsWith('-') ? -time : time;
    }

    // BINARY(n) has zero bytes up to its length.
    private byte[]? BytesOf(MySqlColumn column, string text)
    {
        var bytes = text.Length == 0 ? [] : IsHex ? Convert.FromHexString(text.AsSpan(2, text.Length - 3)) : !IsMariaDb ? (text.StartsWith("0x", StringComparison.Ordinal) ? Convert.FromHexString(text[2..]) : null)
            : System.Text.Ascii.IsValid(text) ? System.Text.Encoding.ASCII.GetBytes(text) : null;
        return bytes is null || column.Type != MySqlTypeCode.String ? bytes : [.. bytes, .. new byte[column.Length - bytes.Length]];
    }
}
