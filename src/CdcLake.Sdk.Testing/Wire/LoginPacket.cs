using System.Buffers.Binary;
using System.Text;

namespace CdcLake.Testing.Wire;

// Handshake response 41: capabilities (4), largest packet (4), character set (1), filler (23), user (0-terminated), length and bytes of the answer, database (0-terminated), plugin (0-terminated).
// A wish for TLS is the same, and ends before the user.

/// <summary>What a client says to log in.</summary>
/// <param name="Capabilities">What it understands.</param>
/// <param name="User">Account.</param>
/// <param name="Answer">Of the plugin, to the nonce of the greeting.</param>
/// <param name="Database">Default database, or empty.</param>
/// <param name="Plugin">Whose answer it is, or empty.</param>
internal sealed record LoginPacket(uint Capabilities, string User, byte[] Answer, string Database, string Plugin)
{
    /// <summary>Bytes of a wish for TLS.</summary>
    public const int UserAt = 32;

    private const uint ConnectWithDatabase = 0x8;
    private const uint PluginAuth = 0x80000;

    public static LoginPacket Read(byte[] packet)
    {
        var capabilities = BinaryPrimitives.ReadUInt32LittleEndian(packet);
        var at = UserAt;
        var user = Text(packet, ref at);
        var length = packet[at++];
        var answer = packet.AsSpan(at, length).ToArray();
        at += length;
        var database = (capabilities & ConnectWithDatabase) != 0 ? Text(packet, ref at) : "";
        return new LoginPacket(capabilities, user, answer, database, (capabilities & PluginAuth) != 0 && at < packet.Length ? Text(packet, ref at) : "");
    }

    private static string Text(byte[] packet, ref int at)
    {
        var end = Array.IndexOf(packet, (byte)0, at);
        end = end < 0 ? packet.Length : end;
        var text = Encoding.UTF8.GetString(packet, at, end - at);
        at = end + 1;
        return text;
    }
}
