using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using CdcLake.MySql.Charsets;

namespace CdcLake.MySql.Tables;

// COLUMN_TYPE of information_schema.COLUMNS:  name [ "(" arguments ")" ] [ "unsigned" ] [ "zerofill" ]
// Labels of ENUM and SET are quoted with '; inside, ' is doubled and \ escapes \ n r 0.
// Source: MySQL source, sql/field.cc (sql_type of each field class).

/// <summary>Column definitions as text: read from information_schema, printed for messages.</summary>
internal static class MySqlColumnTypeText
{
    private const int LongPrefix = 4;
    private const string OldTemporal = "/* mariadb-5.3 */"; // mysql56_temporal_format was off

    private static readonly string[] Geometries =
        ["geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geomcollection", "geometrycollection"];

    /// <summary>Builds the column that a TABLE_MAP of the same table would give.</summary>
    /// <param name="name">COLUMN_NAME.</param>
    /// <param name="columnType">COLUMN_TYPE, for example <c>decimal(10,2) unsigned</c>.</param>
    /// <param name="charset">CHARACTER_SET_NAME; null for types without one.</param>
    /// <param name="nullable">IS_NULLABLE is YES.</param>
    /// <param name="keyOrder">Position in the primary key from 1, or 0.</param>
    /// <exception cref="UnsupportedTypeException">The type text is not known.</exception>
    public static MySqlColumn Parse(string name, string columnType, string? charset, bool nullable, int keyOrder)
    {
        var open = columnType.IndexOf('(', StringComparison.Ordinal);
        var close = columnType.LastIndexOf(')');
        var arguments = open > 0 && close > open ? columnType[(open + 1)..close] : "";
        var words = (open > 0 && close > open ? columnType[..open] + columnType[(close + 1)..] : columnType)
            .ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var type = words.Length == 0 ? "" : words[0];
        var column = new MySqlColumn(name, default, 0, 0, words.Contains("unsigned"), "", [], nullable, keyOrder);
        return type switch
        {
            "tinyint" => column with { Type = MySqlTypeCode.Tiny },
            "smallint" => column with { Type = MySqlTypeCode.Short },
            "mediumint" => column with { Type = MySqlTypeCode.Int24 },
            "int" => column with { Type = MySqlTypeCode.Long },
            "bigint" => column with { Type = MySqlTypeCode.LongLong },
            "float" => column with { Type = MySqlTypeCode.Float },
            "double" => column with { Type = MySqlTypeCode.Double },
            "decimal" => column with { Type = MySqlTypeCode.NewDecimal, Length = Number(arguments, 0, 10), Scale = Number(arguments, 1, 0) },
            "bit" => column with { Type = MySqlTypeCode.Bit, Length = Number(arguments, 0, 1) },
            "year" => column with { Type = MySqlTypeCode.Year },
            "date" => column with { Type = MySqlTypeCode.Date },
            "date" or "time" or "datetime" or "timestamp" when columnType.Contains(OldTemporal, StringComparison.Ordinal) =>
                column with { Type = type == "time" ? MySqlTypeCode.OldTime : type == "datetime" ? MySqlTypeCode.OldDateTime : MySqlTypeCode.OldTimestamp, Scale = Number(arguments, 0, 0) },
            "time" => column with { Type = MySqlTypeCode.Time2, Scale = Number(arguments, 0, 0) },
            "datetime" => column with { Type = MySqlTypeCode.DateTime2, Scale = Number(arguments, 0, 0) },
            "timestamp" => column with { Type = MySqlTypeCode.Timestamp2, Scale = Number(arguments, 0, 0) },
            "char" or "varchar" => Characters(column, type == "char" ? MySqlTypeCode.String : MySqlTypeCode.VarChar, Number(arguments, 0, 1), charset),
            "binary" or "varbinary" => Characters(column, type == "binary" ? MySqlTypeCode.String : MySqlTypeCode.VarChar, Number(arguments, 0, 1), MySqlCharsets.Binary),
            "tinytext" or "tinyblob" => Large(column, 1, type, charset),
            "text" or "blob" => Large(column, 2, type, charset),
            "mediumtext" or "mediumblob" => Large(column, 3, type, charset),
            "longtext" or "longblob" => Large(column, 4, type, charset),
            "enum" => Choice(column, MySqlTypeCode.Enum, Labels(arguments), charset),
            "set" => Choice(column, MySqlTypeCode.Set, Labels(arguments), charset),
            "uuid" => column with { Type = MySqlTypeCode.Uuid, Length = 16 },
            "inet4" => column with { Type = MySqlTypeCode.Inet4, Length = 4 },
            "inet6" => column with { Type = MySqlTypeCode.Inet6, Length = 16 },
            "json" => column with { Type = MySqlTypeCode.Json, Length = LongPrefix },
            "vector" => column with { Type = MySqlTypeCode.Vector, Length = LongPrefix },
            _ when Geometries.Contains(type) => column with { Type = MySqlTypeCode.Geometry, Length = LongPrefix },
            _ => throw new UnsupportedTypeException($"Column \"{name}\" has type \"{columnType}\", which this library does not know. Leave the column's table out, or change the type."),
        };
    }

    /// <summary>Type text of a column, in the spelling of information_schema; details the binary log does not carry are left out.</summary>
    public static string Format(MySqlColumn column)
    {
        var unsigned = column.IsUnsigned ? " unsigned" : "";
        var fraction = column.Scale > 0 ? $"({Text(column.Scale)})" : "";
        return column.Type switch
        {
            MySqlTypeCode.Tiny => "tinyint" + unsigned,
            MySqlTypeCode.Short => "smallint" + unsigned,
            MySqlTypeCode.Int24 => "mediumint" + unsigned,
            MySqlTypeCode.Long => "int" + unsigned,
            MySqlTypeCode.LongLong => "bigint" + unsigned,
            MySqlTypeCode.Float => "float" + unsigned,
            MySqlTypeCode.Double => "double" + unsigned,
            MySqlTypeCode.NewDecimal => $"decimal({Text(column.Length)},{Text(column.Scale)}){unsigned}",
            MySqlTypeCode.Bit => $"bit({Text(column.Length)})",
            MySqlTypeCode.Year => "year",
            MySqlTypeCode.Date => "date",
            MySqlTypeCode.Time2 or MySqlTypeCode.OldTime => "time" + fraction,
            MySqlTypeCode.DateTime2 or MySqlTypeCode.OldDateTime => "datetime" + fraction,
            MySqlTypeCode.Timestamp2 or MySqlTypeCode.OldTimestamp => "timestamp" + fraction,
            MySqlTypeCode.String => $"{(column.IsBinary ? "binary" : "char")}({Text(column.Length / MySqlCharsets.MaxBytesPerCharacter(column.Charset))})",
            MySqlTypeCode.VarChar or MySqlTypeCode.VarString =>
                $"{(column.IsBinary ? "varbinary" : "varchar")}({Text(column.Length / MySqlCharsets.MaxBytesPerCharacter(column.Charset))})",
            MySqlTypeCode.Blob => (column.Length switch { 1 => "tiny", 3 => "medium", 4 => "long", _ => "" }) + (column.IsBinary ? "blob" : "text"),
            MySqlTypeCode.Enum or MySqlTypeCode.Set =>
                $"{(column.Type == MySqlTypeCode.Enum ? "enum" : "set")}({string.Join(',', column.Labels.Select(l => $"'{l.Replace("'", "''", StringComparison.Ordinal)}'"))})",
            MySqlTypeCode.Json => "json",
            MySqlTypeCode.Geometry => "geometry",
            MySqlTypeCode.Vector => "vector",
            MySqlTypeCode.Uuid => "uuid",
            MySqlTypeCode.Inet4 => "inet4",
            MySqlTypeCode.Inet6 => "inet6",
            _ => $"type {Text((int)column.Type)}",
        };
    }

    private static MySqlColumn Characters(MySqlColumn column, MySqlTypeCode type, int characters, string? charset) =>
        column with { Type = type, Charset = charset ?? "", Length = characters * MySqlCharsets.MaxBytesPerCharacter(charset ?? "") };

    private static MySqlColumn Large(MySqlColumn column, int prefix, string type, string? charset) =>
        column with { Type = MySqlTypeCode.Blob, Length = prefix, Charset = type.EndsWith("blob", StringComparison.Ordinal) ? MySqlCharsets.Binary : charset ?? "" };

    private static MySqlColumn Choice(MySqlColumn column, MySqlTypeCode type, ImmutableArray<string> labels, string? charset) => column with
    {
        Type = type,
        Charset = charset ?? "",
        Labels = labels,
        Length = type == MySqlTypeCode.Enum
            ? (labels.Length > 255 ? 2 : 1)
            : labels.Length switch { <= 8 => 1, <= 16 => 2, <= 24 => 3, <= 32 => 4, _ => 8 },
    };

    private static int Number(string arguments, int index, int absent)
    {
        var parts = arguments.Split(',');
        return index < parts.Length && int.TryParse(parts[index], NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var value) ? value : absent;
    }

    private static ImmutableArray<string> Labels(string arguments)
    {
        var labels = ImmutableArray.CreateBuilder<string>();
        var label = new StringBuilder();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] != '\'')
            {
                continue;
            }

            label.Clear();
            for (i++; i < arguments.Length; i++)
            {
                if (arguments[i] == '\'' && (i + 1 == arguments.Length || arguments[i + 1] != '\''))
                {
                    break;
                }

                if (arguments[i] is '\'' or '\\' && i + 1 < arguments.Length)
                {
                    i++;
                    label.Append(arguments[i - 1] == '\\' ? Unescape(arguments[i]) : '\'');
                }
                else
                {
                    label.Append(arguments[i]);
                }
            }

            labels.Add(label.ToString());
        }

        return labels.ToImmutable();
    }

    private static char Unescape(char c) => c switch { 'n' => '\n', 'r' => '\r', '0' => '\0', _ => c };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
