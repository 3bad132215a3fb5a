namespace CdcLake.MySql.Wire.Packets;

// Client/server capability flags, 32 bits, low half first in the greeting.
// Source: MySQL source documentation, "Capabilities Flags" (mysql_com.h, CLIENT_*).

/// <summary>What client and server may use on one connection; the client sends its wishes ANDed with the server's offer.</summary>
[Flags]
internal enum Capabilities : uint
{
    None = 0,
    LongPassword = 0x1, // CLIENT_LONG_PASSWORD; MariaDB leaves it clear to say that it is not MySQL
    LongFlag = 0x4, // CLIENT_LONG_FLAG
    ConnectWithDatabase = 0x8, // CLIENT_CONNECT_WITH_DB
    Compress = 0x20, // CLIENT_COMPRESS: zlib
    Protocol41 = 0x200, // CLIENT_PROTOCOL_41
    Ssl = 0x800, // CLIENT_SSL
    Transactions = 0x2000, // CLIENT_TRANSACTIONS
    SecureConnection = 0x8000, // CLIENT_SECURE_CONNECTION
    MultiResults = 0x20000, // CLIENT_MULTI_RESULTS
    PluginAuth = 0x80000, // CLIENT_PLUGIN_AUTH
    ConnectAttributes = 0x100000, // CLIENT_CONNECT_ATTRS
    PluginAuthLengthEncoded = 0x200000, // CLIENT_PLUGIN_AUTH_LENENC_CLIENT_DATA
    DeprecateEof = 0x1000000, // CLIENT_DEPRECATE_EOF
    Zstd = 0x4000000, // CLIENT_ZSTD_COMPRESSION_ALGORITHM

    /// <summary>
    /// All this client can use; compression only where it is asked for. Left out on purpose: local files, multiple statements, query attributes (they change the layout of
    /// COM_QUERY), optional result metadata and session tracking (it changes the layout of OK).
    /// </summary>
    Client = LongPassword | LongFlag | Protocol41 | Transactions | SecureConnection | MultiResults | PluginAuth | ConnectAttributes
        | PluginAuthLengthEncoded | DeprecateEof,
}
