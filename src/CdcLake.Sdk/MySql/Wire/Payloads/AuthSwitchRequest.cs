using System.Text;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// AuthSwitchRequest:
//
//   size        field
//   1           0xFE
//   NUL string  plugin to go on with
//   rest        its data: 20 nonce bytes and a zero for the SHA plugins, 32 nonce bytes for those of MariaDB
//
// A packet of one byte 0xFE asks for the scheme from before MySQL 4.1.
// Source: MySQL source documentation, "Protocol::AuthSwitchRequest".

/// <summary>The server wants another plugin; may come at any moment of the login.</summary>
internal sealed record AuthSwitchRequest(string Plugin, byte[] Nonce)
{
    public const byte Marker = 0xFE;
    private const int ShaNonce = 20;

    /// <exception cref="MySqlProtocolException">The account uses the password scheme from before MySQL 4.1.</exception>
    public static AuthSwitchRequest Read(ReadOnlySpan<byte> payload)
    {
        if (payload.Length == 1)
        {
            throw new MySqlProtocolException("The account uses the password scheme from before MySQL 4.1, which is not safe. Set its password anew.");
        }

        var reader = new PacketReader(payload);
        reader.Skip(1);
        var plugin = Encoding.ASCII.GetString(reader.ReadNullTerminatedBytes());
        var data = reader.ReadRest();
        return new AuthSwitchRequest(plugin, (data.Length == ShaNonce + 1 && data[^1] == 0 ? data[..^1] : data).ToArray());
    }
}
