using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CdcLake.Testing.StarRocks.Sql;

/// <summary>
/// Packets of the MySQL protocol: three bytes of length, one of sequence, then the payload. Those of one answer leave together, as from a frontend: sent one by one, each would wait until
/// the client has confirmed the one before, for 40 ms.
/// </summary>
internal sealed class PacketStream(Stream stream)
{
    private const int MostWaiting = 1 << 16;
    private readonly byte[] _header = new byte[4];
    private readonly ArrayBufferWriter<byte> _waiting = new();
    private byte _sequence;

    /// <summary>The next packet; null when the client is gone.</summary>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        if (await stream.ReadAtLeastAsync(_header, 4, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < 4)
        {
            return null;
        }

        var payload = new byte[_header[0] | (_header[1] << 8) | (_header[2] << 16)];
        await stream.ReadExactlyAsync(payload, cancellationToken).ConfigureAwait(false);
        _sequence = (byte)(_header[3] + 1);
        return payload;
    }

    /// <summary>Adds a packet to the answer.</summary>
    public Task WriteAsync(byte[] payload, CancellationToken cancellationToken)
    {
        _waiting.Write([(byte)payload.Length, (byte)(payload.Length >> 8), (byte)(payload.Length >> 16), _sequence++]);
        _waiting.Write(payload);
        return _waiting.WrittenCount > MostWaiting ? FlushAsync(cancellationToken) : Task.CompletedTask;
    }

    /// <summary>Sends the answer, or the rest of it.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_waiting.WrittenMemory, cancellationToken).ConfigureAwait(false);
        _waiting.ResetWrittenCount();
    }

    public void Begin() => _sequence = 0;

    public static byte[] Ok() => [0, 0, 0, 2, 0, 0, 0];

    public static byte[] Eof() => [0xFE, 0, 0, 2, 0];

    public static byte[] Error(SqlError error)
    {
        var payload = new List<byte> { 0xFF, (byte)error.Code, (byte)(error.Code >> 8) };
        payload.AddRange(Encoding.UTF8.GetBytes("#" + error.State + error.Message));
        return [.. payload];
    }

    public static byte[] ColumnDefinition(string name, bool isNumber)
    {
        const byte LongLong = 0x08;
        const byte VarString = 0xFD;
        const byte Utf8 = 33;
        const byte Binary = 63;
        var payload = new List<byte>();
        foreach (var text in new[] { "def", "", "", "", name, name })
        {
            AddText(payload, text);
        }

        payload.AddRange([0x0C, isNumber ? Binary : Utf8, 0, 0xFF, 0xFF, 0xFF, 0, isNumber ? LongLong : VarString, 0, 0, 0, 0, 0]);
        return [.. payload];
    }

    public static byte[] Row(IEnumerable<string?> values)
    {
        var payload = new List<byte>();
        foreach (var value in values)
        {
            if (value is null)
            {
                payload.Add(0xFB);
            }
            else
            {
                AddText(payload, value);
            }
        }

        return [.. payload];
    }

    private static void AddText(List<byte> payload, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        switch (bytes.Length)
        {
            case < 251:
                payload.Add((byte)bytes.Length);
                break;
            case < 1 << 16:
                BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)bytes.Length);
                payload.AddRange([0xFC, .. length[..2]]);
                break;
            default:
                BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
                payload.AddRange([0xFD, .. length[..3]]);
                break;
        }

        payload.AddRange(bytes);
    }
}
