using System.Buffers.Binary;
using System.Text;

namespace CdcLake.Testing.StarRocks.Sql;

// Handshake response 41: capabilities (4), largest packet (4), character set (1), filler (23), user (0-terminated), length and bytes of the answer, database (0-terminated).

/// <summary>What a client says to log in.</summary>
internal sealed record LoginPacket(string User, byte[] Answer, string Database)
{
    private const int UserAt = 32;
    private const uint ConnectWithDatabase = 0x8;

    public static LoginPacket Read(byte[] packet)
    {
        var capabilities = BinaryPrimitives.ReadUInt32LittleEndian(packet);
        var at = UserAt;
        var user = Text(packet, ref at);
        var length = packet[at++];
        var answer = packet.AsSpan(at, length).ToArray();
        at += length;
        return new LoginPacket(user, answer, (capabilities & ConnectWithDatabase) != 0 ? Text(packet, ref at) : "");
    }

    private static string Text(byte[] packet, ref int at)
    {
        var end = Array.IndexOf(packet, (byte)0, at);
        var text = Encoding.UTF8.GetString(packet, at, end - at);
        at = end + 1;
        return text;
    }
}
