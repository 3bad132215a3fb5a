using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// The client's answer to the greeting:
//
//   size          field
//   4             capabilities
//   4             largest packet the client takes
//   1             collation id of the connection
//   23            zero                                  <- a TLS request is only this much
//   NUL string    user
//   lenenc bytes  first answer of the authentication plugin (1-byte length without PLUGIN_AUTH_LENENC)
//   NUL string    database, with CONNECT_WITH_DB
//   NUL string    authentication plugin, with PLUGIN_AUTH
//   lenenc        length of the attributes, then pairs of lenenc strings, with CONNECT_ATTRS
//   1             level of compression, with ZSTD_COMPRESSION_ALGORITHM
//
// Source: MySQL source documentation, "Protocol::HandshakeResponse41" and "Protocol::SSLRequest".

/// <summary>Writes login packets.</summary>
internal static class HandshakeResponse41
{
    private const uint MaxPacket = 0x01000000;
    private const byte ZstdLevel = 3;
    private const byte Utf8Mb4GeneralCi = 45; // known to every server since 5.5

    /// <summary>Writes the part that asks for TLS: no user, no password.</summary>
    public static void WriteTlsRequest(PacketWriter writer, Capabilities capabilities)
    {
        writer.WriteUInt32((uint)capabilities);
        writer.WriteUInt32(MaxPacket);
        writer.WriteByte(Utf8Mb4GeneralCi);
        writer.WriteZeros(23);
    }

    /// <summary>Writes the whole answer; <paramref name="authResponse"/>, of at most 255 bytes, is the first answer of <paramref name="plugin"/>.</summary>
    public static void Write(
        PacketWriter writer,
        Capabilities capabilities,
        string user,
        ReadOnlySpan<byte> authResponse,
        string? database,
        string plugin,
        ReadOnlySpan<KeyValuePair<string, string>> attributes)
    {
        WriteTlsRequest(writer, capabilities);
        writer.WriteNullTerminated(user);
        if (capabilities.HasFlag(Capabilities.PluginAuthLengthEncoded))
        {
            writer.WriteLengthEncodedBytes(authResponse);
        }
        else
        {
            writer.WriteByte(checked((byte)authResponse.Length));
            writer.WriteBytes(authResponse);
        }

        if (capabilities.HasFlag(Capabilities.ConnectWithDatabase))
        {
            writer.WriteNullTerminated(database ?? "");
        }

        if (capabilities.HasFlag(Capabilities.PluginAuth))
        {
            writer.WriteNullTerminated(plugin);
        }

        if (capabilities.HasFlag(Capabilities.ConnectAttributes))
        {
            WriteAttributes(writer, attributes);
        }

        if (capabilities.HasFlag(Capabilities.Zstd))
        {
            writer.WriteByte(ZstdLevel);
        }
    }

    private static void WriteAttributes(PacketWriter writer, ReadOnlySpan<KeyValuePair<string, string>> attributes)
    {
        var pairs = new PacketWriter();
        foreach (var (name, value) in attributes)
        {
            pairs.WriteLengthEncodedText(name);
            pairs.WriteLengthEncodedText(value);
        }

        writer.WriteLengthEncodedBytes(pairs.Payload);
    }
}
