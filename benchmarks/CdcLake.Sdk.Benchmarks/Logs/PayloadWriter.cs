using System.Buffers;
using System.Buffers.Binary;
using ZstdSharp;

namespace CdcLake.Benchmarks.Logs;

/// <summary>The events of a compressed transaction: without checksums and positions, in one frame of zstd at the server's default level.</summary>
internal sealed class PayloadWriter : IDisposable
{
    private const int Level = 3;

    private readonly Compressor _compressor = new(Level);
    private readonly ArrayBufferWriter<byte> _events = new();

    public bool IsOpen { get; private set; }

    public void Begin()
    {
        _events.ResetWrittenCount();
        IsOpen = true;
    }

    public void Event(byte type, uint time, uint server, ReadOnlySpan<byte> body)
    {
        var length = LogWriter.HeaderLength + body.Length;
        var bytes = _events.GetSpan(length);
        bytes[..LogWriter.HeaderLength].Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, time);
        bytes[4] = type;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[5..], server);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[9..], length);
        body.CopyTo(bytes[LogWriter.HeaderLength..]);
        _events.Advance(length);
    }

    /// <summary>Body of the TRANSACTION_PAYLOAD event.</summary>
    public byte[] End()
    {
        IsOpen = false;
        var packed = _compressor.Wrap(_events.WrittenSpan);
        return [2, 1, 0, .. Field(3, _events.WrittenCount), .. Field(1, packed.Length), 0, .. packed];
    }

    public void Dispose() => _compressor.Dispose();

    private static byte[] Field(byte type, int number)
    {
        var value = new byte[9];
        value[0] = 0xFE;
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(1), number);
        return [type, (byte)value.Length, .. value];
    }
}
