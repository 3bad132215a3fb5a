using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace CdcLake.Testing.Wire;

/// <summary>
/// Packets of the MySQL protocol: three bytes of length, one of sequence, then the payload. Those of one answer leave together, as from a frontend: sent one by one, each would wait until
/// the client has confirmed the one before, for 40 ms.
/// </summary>
internal sealed class PacketStream(Stream stream)
{
    private const int MostWaiting = 1 << 16;
    private const int FullPayload = 0xFFFFFF; // what is longer goes on in the next packet
    private Stream _stream = stream;
    private readonly byte[] _header = new byte[4];
    private readonly ArrayBufferWriter<byte> _waiting = new();
    private byte _sequence;

    /// <summary>Goes on over another stream, such as an encrypted one; nothing may be waiting.</summary>
    public void Use(Stream other) => _stream = other;

    /// <summary>The next packet; null when the client is gone.</summary>
    public async Task<byte[]?> ReadAsync(CancellationToken cancellationToken)
    {
        byte[] whole = [];
        while (true)
        {
            if (await _stream.ReadAtLeastAsync(_header, 4, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < 4)
            {
                return null;
            }

            var payload = new byte[_header[0] | (_header[1] << 8) | (_header[2] << 16)];
            await _stream.ReadExactlyAsync(payload, cancellationToken).ConfigureAwait(false);
            _sequence = (byte)(_header[3] + 1);
            whole = whole.Length == 0 ? payload : [.. whole, .. payload];
            if (payload.Length < FullPayload)
            {
                return whole;
            }
        }
    }

    /// <summary>Adds a packet to the answer.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        for (var isWhole = false; !isWhole;)
        {
            var part = payload[..Math.Min(payload.Length, FullPayload)];
            _waiting.Write([(byte)part.Length, (byte)(part.Length >> 8), (byte)(part.Length >> 16), _sequence++]);
            _waiting.Write(part.Span);
            payload = payload[part.Length..];
            isWhole = part.Length < FullPayload;
            if (_waiting.WrittenCount > MostWaiting)
            {
                await FlushAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Sends half of what waits, as a server does that dies in the midst of it.</summary>
    public async Task FlushHalfAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_waiting.WrittenMemory[..(_waiting.WrittenCount / 2)], cancellationToken).ConfigureAwait(false);
        _waiting.ResetWrittenCount();
    }

    /// <summary>Sends the answer, or the rest of it.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(_waiting.WrittenMemory, cancellationToken).ConfigureAwait(false);
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
        return ColumnDefinition(name, isNumber ? LongLong : VarString, isNumber ? Binary : Utf8, 0, 0);
    }

    public static byte[] ColumnDefinition(string name, byte type, int collation, int flags, int decimals)
    {
        var payload = new List<byte>();
        foreach (var text in new[] { "def", "", "", "", name, name })
        {
            AddText(payload, text);
        }

        payload.AddRange([0x0C, (byte)collation, (byte)(collation >> 8), 0xFF, 0xFF, 0xFF, 0, type, (byte)flags, (byte)(flags >> 8), (byte)decimals, 0, 0]);
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

    /// <summary>Bytes behind their length, in as few bytes as that takes.</summary>
    public static void AddBytes(List<byte> payload, ReadOnlySpan<byte> bytes)
    {
        AddLength(payload, bytes.Length);
        payload.AddRange(bytes);
    }

    /// <summary>A number in as few bytes as it takes.</summary>
    public static void AddLength(List<byte> payload, int number)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, number);
        switch (number)
        {
            case < 251:
                payload.Add((byte)number);
                break;
            case < 1 << 16:
                payload.AddRange([0xFC, .. length[..2]]);
                break;
            case < 1 << 24:
                payload.AddRange([0xFD, .. length[..3]]);
                break;
            default:
                payload.AddRange([0xFE, .. length, 0, 0, 0, 0]);
                break;
        }
    }

    private static void AddText(List<byte> payload, string text) => AddBytes(payload, Encoding.UTF8.GetBytes(text));
}
