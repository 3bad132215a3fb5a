using CdcLake.MySql.Wire;

namespace CdcLake.MySql.Binlog.Events;

// QUERY_EVENT (type 2):
//
//   offset  size  field
//   0       4     thread id
//   4       4     seconds the statement took
//   8       1     length d of the default database's name
//   9       2     error code
//   11      2     length s of the status variables
//   13      s     status variables: code, value of a length the code implies
//   13+s    d+1   default database, terminated by a zero byte
//   ..      rest  statement
//
// Source: MySQL source documentation, binlog event "Query_event".

/// <summary>A statement: BEGIN and COMMIT, DDL, or DML of a session with binlog_format=STATEMENT. Spans point into the event.</summary>
internal readonly ref struct QueryEvent(ReadOnlySpan<byte> database, ReadOnlySpan<byte> statement, ulong sqlMode)
{
    private const ulong AnsiQuotesBit = 1UL << 2;
    private const ulong NoBackslashEscapesBit = 1UL << 20;

    /// <summary>Default database, possibly empty.</summary>
    public ReadOnlySpan<byte> Database { get; } = database;

    /// <summary>Text in the client's character set; keywords are ASCII in every one that MySQL allows there.</summary>
    public ReadOnlySpan<byte> Statement { get; } = statement;

    /// <summary>sql_mode ANSI_QUOTES: double quotes enclose names.</summary>
    public bool AnsiQuotes => (sqlMode & AnsiQuotesBit) != 0;

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
        return new QueryEvent(database, reader.ReadRest(), ReadSqlMode(status));
    }

    /// <summary>Finds status variable 1 (sql_mode, 8 bytes), which servers write behind variable 0 (flags, 4 bytes).</summary>
    private static ulong ReadSqlMode(ReadOnlySpan<byte> status)
    {
        var reader = new PacketReader(status);
        while (reader.Remaining > 0)
        {
            switch (reader.ReadByte())
            {
                case 0:
                    reader.Skip(4);
                    break;
                case 1:
                    return reader.ReadUInt64();
                default:
                    return 0;
            }
        }

        return 0;
    }
}
