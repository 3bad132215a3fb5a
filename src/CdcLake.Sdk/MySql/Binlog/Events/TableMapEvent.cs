using System.Collections.Immutable;
using System.Text;
using CdcLake.MySql.Tables;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// TABLE_MAP_EVENT (type 19), behind the table id (6 or 4 bytes) and flags (2 bytes):
//
//   size        field
//   1 + d + 1   length and name of the database, zero byte
//   1 + t + 1   length and name of the table, zero byte
//   lenenc      columns
//   n           type code of each column
//   lenenc + m  length and bytes of the type metadata (TableMapTypes)
//   (n + 7)/8   one bit per column, low bit first: 1 = nullable
//   rest        optional metadata (TableMapMetadata)
//
// Source: MySQL source documentation, binlog event "Table_map_event".

/// <summary>A table as the log describes it before changes of its rows.</summary>
/// <param name="Database">Name of the database.</param>
/// <param name="Table">Name of the table.</param>
/// <param name="Columns">All columns in table order.</param>
/// <param name="HasNames">False when the server wrote no column names: binlog_row_metadata is not FULL; then <paramref name="Columns"/> have empty names.</param>
internal sealed record TableMapEvent(string Database, string Table, ImmutableArray<MySqlColumn> Columns, bool HasNames)
{
    /// <summary>Most columns a table can have.</summary>
    private const int MaxColumns = 4096;

    /// <summary>Bytes of the two names with their lengths and terminators, at the start of the part behind table id and flags.</summary>
    public static int NamesLength(ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body);
        reader.Skip(reader.ReadByte() + 1);
        reader.Skip(reader.ReadByte() + 1);
        return reader.Position;
    }

    /// <summary>Reads only the names.</summary>
    public static (string Database, string Table) ReadNames(ReadOnlySpan<byte> body)
    {
        var reader = new PacketReader(body);
        return (ReadName(ref reader), ReadName(ref reader));
    }

    /// <summary>Reads the part behind table id and flags; the checksum is already cut off.</summary>
    /// <exception cref="MySqlProtocolException">Lengths that contradict each other, or type codes no table has.</exception>
    public static TableMapEvent Read(ReadOnlySpan<byte> body, bool isMariaDb)
    {
        var reader = new PacketReader(body);
        var database = ReadName(ref reader);
        var table = ReadName(ref reader);
        var count = reader.ReadLengthEncoded();
        if (count is 0 or > MaxColumns)
        {
            throw MySqlProtocolException.Malformed("TABLE_MAP_EVENT", reader.Position, $"{count} columns");
        }

        var types = reader.ReadBytes((int)count);
        var typeMetadata = reader.ReadLengthEncodedBytes();
        var nullable = reader.ReadBytes(((int)count + 7) / 8);
        var columns = new MySqlColumn[(int)count];
        var metadataReader = new PacketReader(typeMetadata);
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = TableMapTypes.Read((MySqlTypeCode)types[i], ref metadataReader) with { IsNullable = (nullable[i >> 3] >> (i & 7) & 1) != 0 };
        }

        if (metadataReader.Remaining != 0)
        {
            throw MySqlProtocolException.Malformed("TABLE_MAP_EVENT", metadataReader.Position, $"{metadataReader.Remaining} bytes of type metadata left over");
        }

        var hasNames = TableMapMetadata.Apply(columns, reader.ReadRest(), isMariaDb);
        return new TableMapEvent(database, table, ImmutableArray.Create(columns), hasNames);
    }

    private static string ReadName(ref PacketReader reader)
    {
        var name = Encoding.UTF8.GetString(reader.ReadBytes(reader.ReadByte()));
        reader.Skip(1);
        return name;
    }
}
