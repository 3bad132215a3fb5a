using System.Buffers;
using System.Globalization;
using System.Net.Sockets;

namespace CdcLake.MySql.Wire.Packets;

// Packet:
//
//   offset  size  field
//   0       3     payload length, little endian
//   3       1     sequence id, wraps at 256, restarts at 0 with every command
//   4       n     payload
//
// A payload of 0xFFFFFF bytes is continued by the next packet; an exact multiple ends with an empty one.
// Source: MySQL source documentation, "MySQL Packets".

/// <summary>
/// Cuts the byte stream of one connection into payloads, without an await and without a copy per packet: bytes are received into one pooled
/// contiguous buffer and every payload is a span of it, valid until the next fill. Continued packets are joined inside the buffer.
/// One reader and one writer at a time.
/// </summary>
internal sealed class PacketStream : IAsyncDisposable
{
    private const int HeaderSize = 4;
    private const int MaxFragment = 0xFFFFFF;
    private readonly string _peer;
    private readonly CancellationTokenSource _deadline;
    private CancellationToken _registeredToken;
    private CancellationTokenRegistration _registration;
    private Stream _stream;
    private byte[] _buffer;
    private int _start;
    private int _end;
    private byte _sequence;
    private bool _receiving;
    private CompressedStream? _compressed;

    /// <param name="stream">Connected and owned by the new object.</param>
    /// <param name="peer">Host and port, for messages.</param>
    /// <param name="bufferSize">Bytes received at once at most; the buffer grows for larger packets.</param>
    /// <param name="clock">Measures <see cref="ReadTimeout"/>.</param>
    public PacketStream(Stream stream, string peer, int bufferSize, TimeProvider clock)
    {
        _stream = stream;
        _peer = peer;
        _buffer = ArrayPool<byte>.Shared.Rent(bufferSize);
        Clock = clock;
        _deadline = new CancellationTokenSource(Timeout.InfiniteTimeSpan, clock);
    }

    /// <summary>Measures time limits of this connection.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Longest silence while a fill waits; then the peer counts as dead.</summary>
    /// <value>Infinite.</value>
    public TimeSpan ReadTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    /// <summary>Bytes a payload may have; lowered before the login, when the peer may be anything.</summary>
    public int MaxPayload { get; set; } = Array.MaxLength;

    /// <summary>Host and port, for messages.</summary>
    public string Peer => _peer;

    /// <summary>Bytes received so far, headers included; for rates.</summary>
    public long BytesReceived { get; private set; }

    /// <summary>Takes the next whole payload out of the buffer; false when more bytes must be received first.</summary>
    /// <exception cref="MySqlProtocolException">Packets arrive out of order or beyond <see cref="MaxPayload"/>.</exception>
    public bool TryRead(out ReadOnlySpan<byte> payload)
    {
        if (TryTake(out var offset, out var length))
        {
            payload = _buffer.AsSpan(offset, length);
            return true;
        }

        payload = default;
        return false;
    }

    /// <summary>Receives more bytes, after moving a partial packet to the front. Completes synchronously when bytes were waiting.</summary>
    /// <exception cref="MySqlServerException">The connection ended, failed or was silent for <see cref="ReadTimeout"/>; transient.</exception>
    public async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        MakeRoom();
        Arm(cancellationToken);
        int received;
        _receiving = true;
        try
        {
            received = await _stream.ReadAsync(_buffer.AsMemory(_end), _deadline.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw error is OperationCanceledException ? Silent() : Broken(error);
        }

        _receiving = false;
        if (received == 0)
        {
            throw Closed();
        }

        Disarm();
        BytesReceived += received;
        _end += received;
    }

    /// <summary>The next payload, received when necessary; valid until the next call on this object.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryTake(out var offset, out var length))
            {
                return _buffer.AsMemory(offset, length);
            }

            await FillAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Begins a command: its packet has sequence id 0.</summary>
    public void StartCommand()
    {
        _sequence = 0;
        _compressed?.StartCommand();
    }

    /// <summary>From now on packets travel compressed, in both directions.</summary>
    public void Compress(CompressionAlgorithm algorithm)
    {
        if (_end != _start)
        {
            throw new MySqlProtocolException($"{_peer} sent bytes behind the end of the login.");
        }

        _stream = _compressed = new CompressedStream(_stream, algorithm, _peer);
    }

    /// <summary>Sends one payload, in several packets when it has 16 MiB or more.</summary>
    public async ValueTask WriteAsync(PacketWriter payload, CancellationToken cancellationToken)
    {
        Arm(cancellationToken);
        try
        {
            var rest = payload.Buffer;
            int fragment;
            do
            {
                fragment = Math.Min(rest.Length - PacketWriter.HeaderRoom, MaxFragment);
                var packet = rest[..(PacketWriter.HeaderRoom + fragment)];
                WriteHeader(packet.Span, fragment);
                await _stream.WriteAsync(packet, _deadline.Token).ConfigureAwait(false);
                rest = rest[fragment..]; // the last four bytes sent become the room of the next header
            }
            while (fragment == MaxFragment);

            await _stream.FlushAsync(_deadline.Token).ConfigureAwait(false);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw error is OperationCanceledException ? Silent() : Broken(error);
        }

        Disarm();
    }

    /// <summary>Puts another stream (TLS) over the one in use.</summary>
    /// <exception cref="MySqlProtocolException">The server sent bytes in clear that would be taken for encrypted ones.</exception>
    public async ValueTask UpgradeAsync(Func<Stream, CancellationToken, Task<Stream>> wrap, CancellationToken cancellationToken)
    {
        if (_end != _start)
        {
            throw new MySqlProtocolException($"{_peer} sent bytes before the TLS handshake. Somebody may be changing the connection; it was closed.");
        }

        _stream = await wrap(_stream, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _registration.DisposeAsync().ConfigureAwait(false);
        await _stream.DisposeAsync().ConfigureAwait(false);
        _deadline.Dispose();
        var buffer = Interlocked.Exchange(ref _buffer, []);
        if (buffer.Length > 0 && !_receiving) // a read that was given up may still write into it
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int FragmentLength(int at) => _buffer[at] | (_buffer[at + 1] << 8) | (_buffer[at + 2] << 16);

    private bool TryTake(out int offset, out int length)
    {
        offset = _start + HeaderSize;
        length = 0;
        if (_end < offset)
        {
            return false;
        }

        length = FragmentLength(_start);
        if (length == MaxFragment)
        {
            return TryJoin(ref offset, ref length);
        }

        if (length > MaxPayload)
        {
            throw TooLong(length);
        }

        if (_end - offset < length)
        {
            return false;
        }

        AcceptSequence(_buffer[_start + 3]);
        _start = offset + length;
        return true;
    }

    // Once all fragments are there, each moves down over the headers between them.
    private bool TryJoin(ref int offset, ref int length)
    {
        var at = _start;
        var total = 0L;
        int fragment;
        do
        {
            if (_end - at < HeaderSize)
            {
                return false;
            }

            fragment = FragmentLength(at);
            total += fragment;
            if (total > MaxPayload)
            {
                throw TooLong(total);
            }

            at += HeaderSize + fragment;
            if (_end < at)
            {
                return false;
            }
        }
        while (fragment == MaxFragment);

        var source = _start;
        var target = offset;
        while (source < at)
        {
            fragment = FragmentLength(source);
            AcceptSequence(_buffer[source + 3]);
            Buffer.BlockCopy(_buffer, source + HeaderSize, _buffer, target, fragment);
            source += HeaderSize + fragment;
            target += fragment;
        }

        length = (int)total;
        _start = at;
        return true;
    }

    private void AcceptSequence(byte sequence)
    {
        // Under compression the server counts compressed packets; the numbers inside follow them now and then.
        if (sequence != _sequence && _compressed is null)
        {
            throw new MySqlProtocolException(string.Create(
                CultureInfo.InvariantCulture,
                $"Packet {sequence} arrived from {Peer} where {_sequence} was due: bytes were lost, or another client uses the connection."));
        }

        _sequence++;
    }

    private void WriteHeader(Span<byte> packet, int length)
    {
        packet[0] = (byte)length;
        packet[1] = (byte)(length >> 8);
        packet[2] = (byte)(length >> 16);
        packet[3] = _sequence++;
    }

    private void MakeRoom()
    {
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_start > 0 && _end > _buffer.Length / 2)
        {
            Buffer.BlockCopy(_buffer, _start, _buffer, 0, _end - _start);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(checked(_buffer.Length * 2));
            Buffer.BlockCopy(_buffer, 0, larger, 0, _end);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
    }

    private void Arm(CancellationToken cancellationToken)
    {
        if (cancellationToken != _registeredToken)
        {
            _registration.Dispose();
            _registeredToken = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _deadline);
        }

        if (ReadTimeout != Timeout.InfiniteTimeSpan)
        {
            _deadline.CancelAfter(ReadTimeout);
        }
    }

    private void Disarm()
    {
        if (ReadTimeout != Timeout.InfiniteTimeSpan)
        {
            _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    private MySqlServerException Silent() =>
        new($"No bytes moved on the connection to {Peer} for {ReadTimeout.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture)} s; "
            + "the server or the network in between is gone or hangs.") { IsTransient = true };

    private MySqlServerException Broken(Exception error) =>
        new($"The connection to {Peer} broke: {error.Message}", innerException: error) { IsTransient = true };

    private MySqlServerException Closed() =>
        new($"{Peer} closed the connection: it was stopped, killed the session, or a proxy in between timed out.") { IsTransient = true };

    private static MySqlProtocolException TooLong(long length) =>
        MySqlProtocolException.Malformed("Packet", 0, string.Create(CultureInfo.InvariantCulture, $"{length} bytes announced; the peer may not be a MySQL server"));
}
