using System.Net.Sockets;

namespace CdcLake.Testing.Proxies;

/// <summary>One direction of a connection: reads, records, does what the script says, passes on. Frames that pass unharmed leave together as they came.</summary>
/// <param name="connection">Number of the connection.</param>
/// <param name="isFromServer">Which direction.</param>
/// <param name="frames">Where frames end.</param>
/// <param name="log">The record and the script.</param>
/// <param name="gate">Holds everything up.</param>
/// <param name="clock">For delays.</param>
internal sealed class ProxyDirection(int connection, bool isFromServer, FrameLength frames, ProxyLog log, ProxyGate gate, TimeProvider clock)
{
    private const int PieceBytes = 16 * 1024;
    private byte[] _buffer = new byte[PieceBytes];
    private int _filled;
    private int _number;
    private long _position;

    /// <summary>Runs until one side ends the connection, or it is cut.</summary>
    public async Task RunAsync(NetworkStream from, NetworkStream to, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_filled == _buffer.Length)
            {
                Array.Resize(ref _buffer, 2 * _buffer.Length);
            }

            var received = await from.ReadAsync(_buffer.AsMemory(_filled), cancellationToken).ConfigureAwait(false);
            await gate.PassAsync(cancellationToken).ConfigureAwait(false); // nor is the end of a connection heard through a closed gate
            _filled += received;
            if (!await PassAsync(to, isLast: received == 0, cancellationToken).ConfigureAwait(false) || received == 0)
            {
                return;
            }
        }
    }

    // False when the connection is to be cut.
    private async Task<bool> PassAsync(NetworkStream to, bool isLast, CancellationToken cancellationToken)
    {
        var sent = 0;
        var end = 0;
        for (int length; (length = LengthAt(end, isLast)) > 0; end += length, _position += length)
        {
            var action = Add(_buffer.AsSpan(end, length));
            if (action.Kind == ProxyActionKind.Pass)
            {
                continue;
            }

            await to.WriteAsync(_buffer.AsMemory(sent, end - sent), cancellationToken).ConfigureAwait(false);
            sent = end;
            if (action.Kind == ProxyActionKind.Delay)
            {
                await Task.Delay(action.Time, clock, cancellationToken).ConfigureAwait(false);
                continue;
            }

            await to.WriteAsync(_buffer.AsMemory(end, Math.Min(action.Bytes, length)), cancellationToken).ConfigureAwait(false);
            if (action.Kind == ProxyActionKind.Silence)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, clock, cancellationToken).ConfigureAwait(false);
            }

            return false;
        }

        await to.WriteAsync(_buffer.AsMemory(sent, end - sent), cancellationToken).ConfigureAwait(false);
        _buffer.AsSpan(end, _filled - end).CopyTo(_buffer);
        _filled -= end;
        return true;
    }

    // Of a connection that ends within a frame, what came of it is one.
    private int LengthAt(int at, bool isLast) => frames.Of(_buffer.AsSpan(at, _filled - at)) is var length && length == 0 && isLast ? _filled - at : length;

    private ProxyAction Add(ReadOnlySpan<byte> bytes)
    {
        if (!isFromServer && _number == 0)
        {
            frames.Greet(bytes);
        }

        return log.Add(new ProxyFrame(connection, _number++, isFromServer, _position, bytes.ToArray()));
    }
}
