using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using ZstdSharp;

namespace CdcLake.MySql.Wire.Packets;

// Compressed packet:
//
//   offset  size  field
//   0       3     length of what follows the header, little endian
//   3       1     sequence id of compressed packets, wraps at 256, restarts at 0 with every command
//   4       3     length before compression; 0: what follows is not compressed
//   7       n     a piece of the stream of ordinary packets, wherever it was cut
//
// Each is a zlib stream or a zstd frame of its own. Source: MySQL source documentation, "Compression".

/// <summary>
/// The stream of packets under compression: what is read from it was compressed by the server, what is written to it, one command at a time, is compressed. One reader and one writer.
/// </summary>
internal sealed class CompressedStream : Stream
{
    private const int HeaderSize = 7;
    private const int MaxPiece = 0xFFFFFF;
    private const int WorthCompressing = 50; // bytes; the server's own limit
    private const int ZstdLevel = 3;

    private readonly Stream _inner;
    private readonly string _peer;
    private readonly Compressor? _compressor;
    private readonly Decompressor? _decompressor;
    private byte[] _received = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private byte[] _plain = ArrayPool<byte>.Shared.Rent(64 * 1024);
    private int _at;
    private int _end;
    private byte _sequence;

    /// <param name="inner">Connected; owned by the new object.</param>
    /// <param name="algorithm">What was agreed.</param>
    /// <param name="peer">Host and port, for messages.</param>
    public CompressedStream(Stream inner, CompressionAlgorithm algorithm, string peer)
    {
        _inner = inner;
        _peer = peer;
        if (algorithm == CompressionAlgorithm.Zstd)
        {
            (_compressor, _decompressor) = (new Compressor(ZstdLevel), new Decompressor());
        }
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Begins a command: its first compressed packet has sequence id 0.</summary>
    public void StartCommand() => _sequence = 0;

    /// <inheritdoc/>
    /// <exception cref="MySqlProtocolException">A packet is out of order, or does not decompress to the length that its header says.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_at == _end)
        {
            if (!await ReadPacketAsync(cancellationToken).ConfigureAwait(false))
            {
                return 0;
            }
        }

        var count = Math.Min(buffer.Length, _end - _at);
        _plain.AsSpan(_at, count).CopyTo(buffer.Span);
        _at += count;
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            var piece = buffer[..Math.Min(buffer.Length, MaxPiece)];
            var packet = Compress(piece.Span);
            await _inner.WriteAsync(packet, cancellationToken).ConfigureAwait(false);
            buffer = buffer[piece.Length..];
        }
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    // The buffers are not given back: a read that was given up may still write into them.
    public override async ValueTask DisposeAsync()
    {
        await _inner.DisposeAsync().ConfigureAwait(false);
        _compressor?.Dispose();
        _decompressor?.Dispose();
        await base.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> ReadPacketAsync(CancellationToken cancellationToken)
    {
        var first = await _inner.ReadAtLeastAsync(_received.AsMemory(0, HeaderSize), HeaderSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (first < HeaderSize)
        {
            return false;
        }

        var (length, plain) = (Length(_received), Length(_received.AsSpan(4)));
        if (_received[3] != _sequence)
        {
            throw new MySqlProtocolException(string.Create(
                CultureInfo.InvariantCulture, $"Compressed packet {_received[3]} arrived from {_peer} where {_sequence} was due: bytes were lost, or another client uses the connection."));
        }

        _sequence++;
        Grow(ref _received, length);
        if (await _inner.ReadAtLeastAsync(_received.AsMemory(0, length), length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) < length)
        {
            return false;
        }

        (_at, _end) = (0, plain == 0 ? length : plain);
        Grow(ref _plain, _end);
        Decompress(_received.AsSpan(0, length), plain);
        return true;

        static int Length(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
    }

    private void Decompress(ReadOnlySpan<byte> packet, int plain)
    {
        if (plain == 0)
        {
            packet.CopyTo(_plain);
            return;
        }

        int written;
        try
        {
            written = _decompressor is null ? Inflate(packet.Length, plain) : _decompressor.Unwrap(packet, _plain.AsSpan(0, plain));
        }
        catch (Exception error) when (error is InvalidDataException or IOException or ZstdException)
        {
            throw new MySqlProtocolException($"A compressed packet from {_peer} is damaged: {error.Message}", error);
        }

        if (written != plain)
        {
            throw MySqlProtocolException.Malformed("Compressed packet", 4, string.Create(CultureInfo.InvariantCulture, $"{plain} bytes announced, {written} found"));
        }
    }

    private int Inflate(int length, int plain)
    {
        using var inflater = new ZLibStream(new MemoryStream(_received, 0, length, writable: false), CompressionMode.Decompress);
        var written = inflater.ReadAtLeast(_plain.AsSpan(0, plain), plain, throwOnEndOfStream: false);
        return inflater.ReadByte() < 0 ? written : plain + 1;
    }

    private byte[] Compress(ReadOnlySpan<byte> piece)
    {
        var body = piece.Length < WorthCompressing ? null : _compressor is null ? Deflate(piece) : _compressor.Wrap(piece).ToArray();
        var isSmaller = body is not null && body.Length < piece.Length;
        var content = isSmaller ? body : piece;
        var packet = new byte[HeaderSize + content.Length];
        WriteLength(packet, content.Length);
        packet[3] = _sequence++;
        WriteLength(packet.AsSpan(4), isSmaller ? piece.Length : 0);
        content.CopyTo(packet.AsSpan(HeaderSize));
        return packet;

        static void WriteLength(Span<byte> target, int length) => (target[0], target[1], target[2]) = ((byte)length, (byte)(length >> 8), (byte)(length >> 16));
    }

    private static byte[] Deflate(ReadOnlySpan<byte> piece)
    {
        var target = new MemoryStream();
        using (var deflater = new ZLibStream(target, CompressionLevel.Fastest, leaveOpen: true))
        {
            deflater.Write(piece);
        }

        return target.ToArray();
    }

    private static void Grow(ref byte[] buffer, int length)
    {
        if (buffer.Length < length)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = ArrayPool<byte>.Shared.Rent(length);
        }
    }
}
