using System.Text;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.MySql.Wire.Payloads;

// ERR:
//
//   offset  size  field
//   0       1     0xFF
//   1       2     error number
//   3       1     '#'           } absent before the login is complete
//   4       5     SQLSTATE      }
//           rest  message, UTF-8
//
// Source: MySQL source documentation, "ERR_Packet".

/// <summary>A command failed at the server.</summary>
/// <param name="Code">MySQL error number.</param>
/// <param name="SqlState">Five characters, or null before the login is complete.</param>
/// <param name="Message">The server's text, English unless the session asked for another language.</param>
internal sealed record ErrPacket(int Code, string? SqlState, string Message)
{
    /// <summary>First byte of the packet; no row, OK or EOF begins with it.</summary>
    public const byte Marker = 0xFF;

    public static bool Is(ReadOnlySpan<byte> payload) => payload.Length > 0 && payload[0] == Marker;

    public static ErrPacket Read(ReadOnlySpan<byte> payload)
    {
        var reader = new PacketReader(payload);
        reader.Skip(1);
        var code = reader.ReadUInt16();
        var rest = reader.ReadRest();
        if (rest.Length >= 6 && rest[0] == '#')
        {
            return new ErrPacket(code, Encoding.ASCII.GetString(rest[1..6]), Encoding.UTF8.GetString(rest[6..]));
        }

        return new ErrPacket(code, null, Encoding.UTF8.GetString(rest));
    }

    /// <summary>The error to throw; <paramref name="context"/> says what was asked of whom, without secrets.</summary>
    public MySqlServerException ToException(string context)
    {
        var hint = ServerErrors.Hint(Code);
        return new MySqlServerException($"{context}: {Message.TrimEnd('.')}.{(hint is null ? "" : " " + hint)}", Code, SqlState)
        {
            IsTransient = ServerErrors.IsTransient(Code),
        };
    }
}
