namespace CdcLake.MySql.Wire.Packets;

/// <summary>First byte of a client packet in the command phase. Source: MySQL source documentation, "Command Phase".</summary>
internal enum Command : byte
{
    Quit = 0x01, // COM_QUIT
    Query = 0x03, // COM_QUERY
    Ping = 0x0E, // COM_PING
    BinlogDump = 0x12, // COM_BINLOG_DUMP
    RegisterReplica = 0x15, // COM_REGISTER_SLAVE
    StatementPrepare = 0x16, // COM_STMT_PREPARE
    StatementExecute = 0x17, // COM_STMT_EXECUTE
    StatementClose = 0x19, // COM_STMT_CLOSE
    BinlogDumpGtid = 0x1E, // COM_BINLOG_DUMP_GTID
}
