namespace CdcLake.MySql.Wire.Payloads;

/// <summary>State of the session, sent with every OK and EOF. Source: MySQL source documentation, "SERVER_STATUS_flags_enum".</summary>
[Flags]
internal enum ServerStatus : ushort
{
    None = 0,
    InTransaction = 0x0001, // SERVER_STATUS_IN_TRANS
    Autocommit = 0x0002, // SERVER_STATUS_AUTOCOMMIT
    MoreResults = 0x0008, // SERVER_MORE_RESULTS_EXISTS
}
