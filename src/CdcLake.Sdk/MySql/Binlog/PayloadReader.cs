using System.Buffers;
using CdcLake.MySql.Binlog.Events;
using ZstdSharp;

namespace CdcLake.MySql.Binlog;

/// <summary>
/// The events inside a compressed transaction, one after the other. Memory is bounded by the compressed bytes, the window of the compressor and the largest event,
/// however large the transaction is. Not thread-safe.
/// </summary>
internal sealed class PayloadReader : IDisposable
{
    private const int InitialBuffer = 128 << 10;

    private readonly Decompressor _decompressor = new();
    private byte[] _source = [];
    private int _sourceAt;
    private int _sourceEnd;
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private bool _isCompressed;
    private long _announced;
    private long _produced;

    /// <summary>True until the last event was read.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Copies the payload, so that it can be read on when the event's bytes are gone.</summary>
    public void Open(TransactionPayloadEvent payload)
    {
        Close();
        _source = ArrayPool<byte>.Shared.Rent(payload.Payload.Length);
        payload.Payload.CopyTo(_source);
        (_sourceAt, _sourceEnd) = (0, payload.Payload.Length);
        _buffer = ArrayPool<byte>.Shared.Rent(InitialBuffer);
        (_isCompressed, _announced, _produced) = (payload.IsCompressed, payload.UncompressedSize, 0);
        _decompressor.ResetStream();
        IsOpen = true;
    }

    /// <summary>Reads the next event; false, and closed, behind the last. The span is valid until the next call.</summary>
    /// <exception cref="MySqlProtocolException">The payload is damaged, or ends inside an event.</exception>
    public bool TryRead(out LogEvent inner)
    {
        inner = default;
        while (IsOpen)
        {
            var held = _end - _start;
            var size = held >= EventHeader.Length ? SizeOfNext() : EventHeader.Length;
            if (size <= held)
            {
                inner = LogEvent.ReadInner(_buffer.AsSpan(_start, size));
                _start += size;
                return true;
            }

            Reserve();
            if (Fill() == 0)
            {
                return End();
            }
        }

        return false;
    }

    /// <summary>Forgets what was not read.</summary>
    public void Close()
    {
        if (IsOpen)
        {
            ArrayPool<byte>.Shared.Return(_source);
            ArrayPool<byte>.Shared.Return(_buffer);
            (_source, _buffer, _start, _end, IsOpen) = ([], [], 0, 0, false);
        }
    }

    public void Dispose()
    {
        Close();
        _decompressor.Dispose();
    }

    private int SizeOfNext()
    {
        var size = EventHeader.Read(_buffer.AsSpan(_start)).Size;
        return size >= EventHeader.Length && size <= Array.MaxLength ? (int)size : throw Damaged($"an event of {size} bytes");
    }

    /// <summary>Makes room behind what is held; grows only when it is full, so that memory follows the bytes that came and not those that are claimed.</summary>
    private void Reserve()
    {
        var held = _buffer.AsSpan(_start, _end - _start);
        var target = held.Length == _buffer.Length ? ArrayPool<byte>.Shared.Rent((int)Math.Min(_buffer.Length * 2L, Array.MaxLength)) : _buffer;
        held.CopyTo(target);
        if (!ReferenceEquals(target, _buffer))
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = target;
        }

        (_start, _end) = (0, held.Length);
    }

    private int Fill()
    {
        var (consumed, written) = (0, 0);
        var source = _source.AsSpan(_sourceAt, _sourceEnd - _sourceAt);
        var target = _buffer.AsSpan(_end);
        if (!_isCompressed)
        {
            consumed = written = Math.Min(source.Length, target.Length);
            source[..written].CopyTo(target);
        }
        else
        {
            try
            {
                _decompressor.UnwrapStream(source, target, out consumed, out written);
            }
            catch (ZstdException e)
            {
                throw Damaged($"zstd says: {e.Message}");
            }
        }

        _sourceAt += consumed;
        _end += written;
        _produced += written;
        return consumed + written;
    }

    private bool End()
    {
        var isWhole = _start == _end && _sourceAt == _sourceEnd && (_announced < 0 || _announced == _produced);
        if (!isWhole)
        {
            throw Damaged($"it ends inside an event, or has {_produced} bytes where {_announced} are announced");
        }

        Close();
        return false;
    }

    private static MySqlProtocolException Damaged(string detail) => MySqlProtocolException.Malformed("Transaction payload", 0, detail);
}
