using System.Collections.Immutable;
using System.Text;
using CdcLake.MySql.Charsets;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// Optional metadata of TABLE_MAP_EVENT, records of (type u8, length lenenc, value); unknown types are skipped by length:
//
//   1      SIGNEDNESS              a bit per numeric column, high bit first, 1 = unsigned. Numeric: integers, YEAR, FLOAT, DOUBLE, DECIMAL
//   2      DEFAULT_CHARSET         default collation, then (character column, collation) pairs, all lenenc
//   3      COLUMN_CHARSET          collation of each character column (STRING, VAR_STRING, VARCHAR, BLOB and VECTOR; in MariaDB GEOMETRY too)
//   4      COLUMN_NAME             lenenc strings
//   5, 6   SET / ENUM values       per SET (ENUM) column: count, then lenenc strings in the column's character set
//   8      SIMPLE_PRIMARY_KEY      column indexes in key order
//   9      PRIMARY_KEY_WITH_PREFIX (column index, prefix length) pairs
//   10     ENUM_AND_SET_DEFAULT    like 2, counted over ENUM and SET columns
//   11     ENUM_AND_SET_CHARSET    like 3, counted over ENUM and SET columns
//
// Source: MySQL source, libs/mysql/binlog/event/rows_event.h (Optional_metadata_field_type); VECTOR counts as a character column.

/// <summary>Optional metadata of TABLE_MAP_EVENT.</summary>
internal static class TableMapMetadata
{
    /// <summary>Completes <paramref name="columns"/>; true when the records hold the column names.</summary>
    /// <exception cref="MySqlProtocolException">A record contradicts the columns.</exception>
    public static bool Apply(MySqlColumn[] columns, ReadOnlySpan<byte> records, bool isMariaDb)
    {
        var hasNames = false;
        ReadOnlySpan<byte> sets = default, enums = default;
        var reader = new PacketReader(records);
        while (reader.Remaining > 0)
        {
            var type = reader.ReadByte();
            var value = reader.ReadLengthEncodedBytes();
            switch (type)
            {
                case 1:
                    ApplySigns(columns, value);
                    break;
                case 2 or 3:
                    ApplyCharsets(columns, value, c => IsCharacter(c) || (isMariaDb && c.Type == MySqlTypeCode.Geometry), isDefault: type == 2);
                    break;
                case 4:
                    ApplyNames(columns, value);
                    hasNames = true;
                    break;
                case 5:
                    sets = value;
                    break;
                case 6:
                    enums = value;
                    break;
                case 8 or 9:
                    ApplyKey(columns, value, hasPrefixes: type == 9);
                    break;
                case 10 or 11:
                    ApplyCharsets(columns, value, c => c.Type is MySqlTypeCode.Enum or MySqlTypeCode.Set, isDefault: type == 10);
                    break;
                default:
                    break;
            }
        }

        ApplyLabels(columns, sets, MySqlTypeCode.Set);
        ApplyLabels(columns, enums, MySqlTypeCode.Enum);
        return hasNames;
    }

    private static bool IsNumeric(MySqlColumn column) => column.Type
        is MySqlTypeCode.Tiny or MySqlTypeCode.Short or MySqlTypeCode.Int24 or MySqlTypeCode.Long or MySqlTypeCode.LongLong
        or MySqlTypeCode.Year or MySqlTypeCode.Float or MySqlTypeCode.Double or MySqlTypeCode.NewDecimal;

    private static bool IsCharacter(MySqlColumn column) => column.Type
        is MySqlTypeCode.String or MySqlTypeCode.VarString or MySqlTypeCode.VarChar or MySqlTypeCode.Blob or MySqlTypeCode.Vector;

    private static void ApplySigns(MySqlColumn[] columns, ReadOnlySpan<byte> bits)
    {
        var at = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            if (IsNumeric(columns[i]))
            {
                if (at >> 3 >= bits.Length)
                {
                    throw MySqlProtocolException.Malformed("TABLE_MAP_EVENT", at, $"signedness of {8 * bits.Length} columns, more are numeric");
                }

                columns[i] = columns[i] with { IsUnsigned = (bits[at >> 3] & (0x80 >> (at & 7))) != 0 && columns[i].Type != MySqlTypeCode.Year };
                at++;
            }
        }
    }

    private static void ApplyCharsets(MySqlColumn[] columns, ReadOnlySpan<byte> value, Predicate<MySqlColumn> counted, bool isDefault)
    {
        var reader = new PacketReader(value);
        var common = isDefault ? ReadId(ref reader) : 0;
        var next = isDefault && reader.Remaining > 0 ? reader.ReadLengthEncoded() : ulong.MaxValue;
        ulong ordinal = 0;
        for (var i = 0; i < columns.Length; i++)
        {
            if (!counted(columns[i]))
            {
                continue;
            }

            var collation = common;
            if (!isDefault)
            {
                collation = ReadId(ref reader);
            }
            else if (ordinal == next)
            {
                collation = ReadId(ref reader);
                next = reader.Remaining > 0 ? reader.ReadLengthEncoded() : ulong.MaxValue;
            }

            ordinal++;
            if (columns[i].Type is not (MySqlTypeCode.Vector or MySqlTypeCode.Geometry))
            {
                columns[i] = columns[i] with { Charset = MySqlCharsets.OfCollation(collation), Collation = MySqlCollations.Name(collation) };
            }
        }
    }

    private static long ReadId(ref PacketReader reader) => (long)Math.Min(reader.ReadLengthEncoded(), int.MaxValue);

    private static void ApplyNames(MySqlColumn[] columns, ReadOnlySpan<byte> value)
    {
        var reader = new PacketReader(value);
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = columns[i] with { Name = Encoding.UTF8.GetString(reader.ReadLengthEncodedBytes()) };
        }
    }

    private static void ApplyKey(MySqlColumn[] columns, ReadOnlySpan<byte> value, bool hasPrefixes)
    {
        var reader = new PacketReader(value);
        for (var order = 1; reader.Remaining > 0; order++)
        {
            var column = reader.ReadLengthEncoded();
            if (column >= (ulong)columns.Length)
            {
                throw MySqlProtocolException.Malformed("TABLE_MAP_EVENT", reader.Position, $"primary key column {column} of {columns.Length}");
            }

            columns[column] = columns[column] with { KeyOrder = order };
            if (hasPrefixes)
            {
                reader.ReadLengthEncoded();
            }
        }
    }

    private static void ApplyLabels(MySqlColumn[] columns, ReadOnlySpan<byte> value, MySqlTypeCode type)
    {
        if (value.IsEmpty)
        {
            return;
        }

        var reader = new PacketReader(value);
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i].Type != type)
            {
                continue;
            }

            var count = reader.ReadLengthEncoded();
            if (count > (ulong)reader.Remaining)
            {
                throw MySqlProtocolException.Malformed("TABLE_MAP_EVENT", reader.Position, $"{count} labels, {reader.Remaining} bytes left");
            }

            var labels = ImmutableArray.CreateBuilder<string>((int)count);
            for (ulong label = 0; label < count; label++)
            {
                labels.Add(MySqlText.Decode(reader.ReadLengthEncodedBytes(), columns[i].Charset));
            }

            columns[i] = columns[i] with { Labels = labels.ToImmutable() };
        }
    }
}
