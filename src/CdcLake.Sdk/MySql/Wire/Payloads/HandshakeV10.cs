using System.Globalization;
using System.Text;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// Greeting, the server's first packet:
//
//   size          field
//   1             protocol version, 10
//   NUL string    server version
//   4             connection id
//   8             nonce, first part
//   1             0
//   2             capabilities, low half
//   1             default collation id
//   2             status flags
//   2             capabilities, high half
//   1             length of the whole nonce including its final zero
//   10            reserved; MariaDB: 6 zero bytes and 32 extended capability bits
//   max(13, n-8)  nonce, second part; the last byte is zero
//   NUL string    authentication plugin
//
// Source: MySQL source documentation, "Protocol::HandshakeV10".

/// <summary>What the server says about itself before the login.</summary>
/// <param name="ServerVersion">As sent; MariaDB 10 prefixes <c>5.5.5-</c>.</param>
/// <param name="ConnectionId">The id that KILL takes.</param>
/// <param name="Nonce">20 bytes the password is mixed with.</param>
/// <param name="Capabilities">The server's offer.</param>
/// <param name="AuthPlugin">Plugin the nonce is meant for; empty from very old servers.</param>
internal sealed record HandshakeV10(string ServerVersion, uint ConnectionId, byte[] Nonce, Capabilities Capabilities, string AuthPlugin)
{
    private const int NonceLength = 20;
    private const byte Protocol = 10;

    /// <summary>True for MariaDB, which differs in GTIDs, statements and events.</summary>
    public bool IsMariaDb => ServerVersion.Contains("MariaDB", StringComparison.OrdinalIgnoreCase) || !Capabilities.HasFlag(Capabilities.LongPassword);

    /// <exception cref="MySqlProtocolException">The peer is not a MySQL server of version 4.1 or later.</exception>
    public static HandshakeV10 Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PacketReader(payload);
        var protocol = reader.ReadByte();
        if (protocol != Protocol)
        {
            throw MySqlProtocolException.Malformed(
                "Greeting", 0, string.Create(CultureInfo.InvariantCulture, $"protocol version {protocol}, not {Protocol}; the peer may not be a MySQL server"));
        }

        var version = Encoding.ASCII.GetString(reader.ReadNullTerminatedBytes());
        var connectionId = reader.ReadUInt32();
        Span<byte> nonce = stackalloc byte[NonceLength];
        reader.ReadBytes(8).CopyTo(nonce);
        reader.Skip(1);
        var capabilities = (uint)reader.ReadUInt16();
        reader.Skip(3);
        capabilities |= (uint)reader.ReadUInt16() << 16;
        var nonceLength = reader.ReadByte();
        reader.Skip(10);
        if (((Capabilities)capabilities & Capabilities.SecureConnection) == 0)
        {
            throw new MySqlProtocolException($"Server {version} only knows the password scheme from before MySQL 4.1. Use a newer server.");
        }

        var second = reader.ReadBytes(Math.Max(13, nonceLength - 8));
        second[..12].CopyTo(nonce[8..]);
        var plugin = ((Capabilities)capabilities & Capabilities.PluginAuth) != 0 ? ReadPlugin(ref reader) : "";
        return new HandshakeV10(version, connectionId, nonce.ToArray(), (Capabilities)capabilities, plugin);
    }

    // Some servers leave out the terminator of the last string.
    private static string ReadPlugin(ref PacketReader reader) => Encoding.ASCII.GetString(reader.ReadRest().TrimEnd((byte)0));
}
