using System.Buffers.Binary;

namespace CdcLake.Testing.Proxies;

// A packet of the MySQL protocol: 3 bytes of length, 1 of sequence, the payload. Source: MySQL source documentation, "MySQL Packets".
// The client's first packet begins with its capabilities (4): a wish for TLS is that packet of 32 bytes alone; compression begins once it has logged in.

/// <summary>Where the frames of a connection end. One for both directions: what the client's first packet says changes both.</summary>
/// <param name="isMySql">Whether they are packets of MySQL; else whatever came is one.</param>
internal sealed class FrameLength(bool isMySql)
{
    private const int Header = 4;
    private const int Capabilities = sizeof(uint);
    private const uint Compress = 0x20;
    private const uint Tls = 0x800;
    private const uint Zstd = 0x400_0000;
    private const int TlsWish = 32;
    private volatile bool _isOpaque = !isMySql;

    /// <summary>Bytes of the first frame; 0 when it is not whole yet.</summary>
    public int Of(ReadOnlySpan<byte> bytes)
    {
        if (_isOpaque)
        {
            return bytes.Length;
        }

        var length = bytes.Length < Header ? int.MaxValue : Header + (bytes[0] | (bytes[1] << 8) | (bytes[2] << 16));
        return length <= bytes.Length ? length : 0;
    }

    /// <summary>Looks whether frames can be told apart behind the client's first packet.</summary>
    public void Greet(ReadOnlySpan<byte> packet)
    {
        if (!_isOpaque && packet.Length >= Header + Capabilities)
        {
            var capabilities = BinaryPrimitives.ReadUInt32LittleEndian(packet[Header..]);
            _isOpaque = (capabilities & (Compress | Zstd)) != 0 || ((capabilities & Tls) != 0 && packet.Length == Header + TlsWish);
        }
    }
}
