using System.IO.Compression;
using System.Runtime.CompilerServices;
using CdcLake.Common;

namespace CdcLake.StarRocks.StreamLoad;

/// <summary>The bytes of one load, in memory of the shared pool; grows while rows are written. Whoever has it disposes it.</summary>
internal sealed class LoadBody : IDisposable
{
    private byte[] _bytes = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, Length);

    /// <summary>Room for <paramref name="size"/> more bytes, which count once <see cref="Advance"/> says so.</summary>
    /// <exception cref="UnsupportedTypeException">The load would exceed 2 GiB.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Room(int size)
    {
        if (_bytes.Length - Length < size)
        {
            Grow(size);
        }

        return _bytes.AsSpan(Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(int bytes) => Length += bytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Write(byte value)
    {
        Room(1)[0] = value;
        Length++;
    }

    /// <summary>Overwrites the last byte.</summary>
    public void ReplaceLast(byte value) => _bytes[Length - 1] = value;

    /// <summary>Forgets the content and keeps the memory.</summary>
    public void Clear() => Length = 0;

    /// <summary>The same content, compressed.</summary>
    public LoadBody Gzip()
    {
        var packed = new LoadBody();
        using (var target = new GZipStream(new BodyStream(packed), CompressionLevel.Fastest))
        {
            target.Write(Bytes.Span);
        }

        return packed;
    }

    public void Dispose()
    {
        Pooled.Return(ref _bytes);
        Length = 0;
    }

    private void Grow(int size)
    {
        if (Length + (long)size > Array.MaxLength)
        {
            throw new UnsupportedTypeException($"One load would take more than {Array.MaxLength:N0} bytes, and StarRocks before 2.5 takes what is committed together in one load only. Commit more often, or upgrade the cluster.");
        }

        Pooled.Grow(ref _bytes, Length + size, Length);
    }

    private sealed class BodyStream(LoadBody body) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => body.Length;

        public override long Position
        {
            get => body.Length;
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
            // nothing is held back
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => body.Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => body.Write(buffer);
    }
}
