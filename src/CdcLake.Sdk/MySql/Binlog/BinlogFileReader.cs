using System.Buffers;
using System.Globalization;
using CdcLake.MySql.Binlog.Events;

namespace CdcLake.MySql.Binlog;

// A binary log file is four magic bytes (FE 'b' 'i' 'n') and then events, one behind the other. An encrypted file begins with FD 'b' 'i' 'n'.
// Source: MySQL source documentation, "Binary log file"; sql/rpl_log_encryption.h for the encrypted form.

/// <summary>
/// Reads the events of one file in order, each as one span, with a buffer that grows only for an event larger than it. Memory is bounded by the
/// largest event, which is bounded by the file.
/// </summary>
internal sealed class BinlogFileReader : IAsyncDisposable
{
    private const int InitialBuffer = 1 << 20;
    private const int MagicLength = 4;

    private readonly FileStream _stream;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
    private int _start;
    private int _end;

    private BinlogFileReader(FileStream stream, string name) => (_stream, Name, Offset, Length) = (stream, name, MagicLength, stream.Length);

    private static ReadOnlySpan<byte> PlainMagic => [0xFE, (byte)'b', (byte)'i', (byte)'n'];

    private static ReadOnlySpan<byte> EncryptedMagic => [0xFD, (byte)'b', (byte)'i', (byte)'n'];

    /// <summary>File name without folder.</summary>
    public string Name { get; }

    /// <summary>Offset of the next event.</summary>
    public long Offset { get; private set; }

    /// <summary>Bytes of the file when it was opened; what a server appends later is not read.</summary>
    public long Length { get; }

    /// <summary>Opens a file and checks that it is a binary log.</summary>
    /// <exception cref="ObjectStoreException">It cannot be read.</exception>
    /// <exception cref="MySqlProtocolException">It is not a binary log, or an encrypted one.</exception>
    public static async Task<BinlogFileReader> OpenAsync(string path, CancellationToken cancellationToken)
    {
        BinlogFileReader? reader = null;
        try
        {
            reader = new BinlogFileReader(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous | FileOptions.SequentialScan),
                Path.GetFileName(path));
            await reader.ReadMagicAsync(path, cancellationToken).ConfigureAwait(false);
            var opened = reader;
            reader = null;
            return opened;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new ObjectStoreException($"Binary log file {path} cannot be read: {e.Message} Check path and rights.", e);
        }
        finally
        {
            if (reader is not null)
            {
                await reader.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes the next event that is wholly in the buffer; false when <see cref="FillAsync"/> has to be called.</summary>
    /// <exception cref="MySqlProtocolException">The event's size is impossible.</exception>
    public bool TryRead(out ReadOnlySpan<byte> bytes)
    {
        var available = _buffer.AsSpan(_start, _end - _start);
        if (available.Length < EventHeader.Length)
        {
            bytes = default;
            return false;
        }

        var size = NextSize();
        if (size > available.Length)
        {
            bytes = default;
            return false;
        }

        bytes = available[..size];
        _start += size;
        Offset += size;
        return true;
    }

    /// <summary>Reads more bytes; false at the end of the file, behind its last event.</summary>
    /// <exception cref="MySqlProtocolException">The file ends inside an event.</exception>
    /// <exception cref="ObjectStoreException">It cannot be read.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        var held = _end - _start;
        Reserve(held >= EventHeader.Length ? NextSize() : EventHeader.Length);
        int read;
        try
        {
            var left = Length - Offset - held;
            read = await _stream.ReadAsync(_buffer.AsMemory(_end, (int)Math.Min(left, _buffer.Length - _end)), cancellationToken).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new ObjectStoreException($"Binary log file {_stream.Name} cannot be read: {e.Message}", e);
        }

        _end += read;
        return read > 0 || (held == 0 ? false : throw Truncated(held));
    }

    public async ValueTask DisposeAsync()
    {
        await _stream.DisposeAsync().ConfigureAwait(false);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        (_start, _end) = (0, 0);
    }

    private async Task ReadMagicAsync(string path, CancellationToken cancellationToken)
    {
        var magic = new byte[MagicLength];
        var read = await _stream.ReadAtLeastAsync(magic, MagicLength, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (magic.AsSpan().SequenceEqual(PlainMagic))
        {
            return;
        }

        throw new MySqlProtocolException(read == MagicLength && magic.AsSpan().SequenceEqual(EncryptedMagic)
            ? $"{path} is an encrypted binary log, which only its server can read. Capture from the server itself, or fetch the file with mysqlbinlog --read-from-remote-server --raw."
            : $"{path} is not a MySQL binary log: it does not begin with the bytes FE 62 69 6E. Give files such as binlog.000001 from the server's data folder.")
        {
            Origin = Name,
            Offset = 0,
        };
    }

    /// <summary>Size of the event whose header is in the buffer, checked against the file.</summary>
    private int NextSize()
    {
        var size = EventHeader.Read(_buffer.AsSpan(_start)).Size;
        if (size < EventHeader.Length)
        {
            throw new MySqlProtocolException(string.Create(
                CultureInfo.InvariantCulture, $"{Name} at {Offset}: an event claims to have {size} bytes, fewer than its header. The file is damaged; fetch it again."))
            {
                Origin = Name,
                Offset = Offset,
            };
        }

        if (size > Array.MaxLength || (size > _end - _start && size > Length - Offset))
        {
            throw Truncated(size);
        }

        return (int)size;
    }

    private MySqlProtocolException Truncated(long size) => new(string.Create(
        CultureInfo.InvariantCulture,
        $"{Name} at {Offset}: the file ends at {Length}, inside an event ({size} bytes at hand or claimed). It is truncated, damaged, or still being copied; fetch it again."))
    {
        Origin = Name,
        Offset = Offset,
    };

    private void Reserve(int size)
    {
        var held = _end - _start;
        if (size > _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(size);
            _buffer.AsSpan(_start, held).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else
        {
            _buffer.AsSpan(_start, held).CopyTo(_buffer);
        }

        (_start, _end) = (0, held);
    }
}
