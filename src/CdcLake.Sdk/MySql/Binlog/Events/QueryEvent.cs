using CdcLake.MySql.Charsets;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Binlog.Events;

// QUERY_EVENT (type 2):
//
//   offset  size  field
//   0       4     thread id
//   4       4     seconds the statement took
//   8       1     length d of the default database's name
//   9       2     error code
//   11      2     length s of the status variables
//   13      s     status variables: code, value of a length the code implies, among them
//                 0 flags (4), 1 sql_mode (8), 3 auto_increment (2 + 2), 4 collations of client, connection and server (2 + 2 + 2), 6 catalog (1 + n)
//   13+s    d+1   default database, terminated by a zero byte
//   ..      rest  statement
//
// Source: MySQL source documentation, binlog event "Query_event".

/// <summary>A statement: BEGIN and COMMIT, DDL, or DML of a session with binlog_format=STATEMENT. Spans point into the event.</summary>
internal readonly ref struct QueryEvent(ReadOnlySpan<byte> database, ReadOnlySpan<byte> statement, ulong sqlMode, int? collation)
{
    private const ulong AnsiQuotesBit = 1UL << 2;
    private const ulong NoBackslashEscapesBit = 1UL << 20;

    /// <summary>Default database in UTF-8, possibly empty.</summary>
    public ReadOnlySpan<byte> Database { get; } = database;

    /// <summary>Text in the client's character set; keywords are ASCII in every one that MySQL allows there.</summary>
    public ReadOnlySpan<byte> Statement { get; } = statement;

    /// <summary>The character set of <see cref="Statement"/>.</summary>
    public ClientCharset Charset => collation is { } id ? ClientCharset.Of(id) : ClientCharset.Unknown;

    /// <summary>sql_mode ANSI_QUOTES: double quotes enclose names.</summary>
    public bool AnsiQuotes => (sqlMode & AnsiQuotesBit) != 0;

    /// <summary>MariaDB wrote it, which executes the bodies of comments that are comments to MySQL.</summary>
    public bool IsMariaDb { get; init; }

    /// <summary>Its session used a temporary table.</summary>
    public bool UsesTemporary { get; init; }

    /// <summary>sql_mode NO_BACKSLASH_ESCAPES: a backslash in a string is an ordinary character.</summary>
    public bool NoBackslashEscapes => (sqlMode & NoBackslashEscapesBit) != 0;

    /// <summary>Reads the event after its common header; the checksum is already cut off.</summary>
    public static QueryEvent Read(ref PacketReader reader)
    {
        reader.Skip(8);
        var databaseLength = reader.ReadByte();
        reader.Skip(2);
        var status = reader.ReadBytes(reader.ReadUInt16());
        var database = reader.ReadBytes(databaseLength);
        reader.Skip(1);
        var (sqlMode, collation) = ReadStatus(status);
        return new QueryEvent(database, reader.ReadRest(), sqlMode, collation);
    }

    /// <summary>Reads the status variables that servers write in front; the lengths of later ones are not needed.</summary>
    private static (ulong SqlMode, int? Collation) ReadStatus(ReadOnlySpan<byte> status)
    {
        var reader = new PacketReader(status);
        var sqlMode = 0UL;
        while (reader.Remaining > 0)
        {
            switch (reader.ReadByte())
            {
                case 0 or 3:
                    reader.Skip(4);
                    break;
                case 1:
                    sqlMode = reader.ReadUInt64();
                    break;
                case 4:
                    return (sqlMode, reader.ReadUInt16());
                case 6:
                    reader.Skip(reader.ReadByte());
                    break;
                default:
                    return (sqlMode, null);
            }
        }

        return (sqlMode, null);
    }
}
