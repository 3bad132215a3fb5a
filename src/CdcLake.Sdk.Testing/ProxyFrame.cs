namespace CdcLake.Testing;

/// <summary>
/// What passed a <see cref="RecordingProxy"/> at once: a packet of the MySQL protocol with its header, as long as a session is neither encrypted nor compressed; in all other cases bytes as they came. Immutable.
/// </summary>
/// <param name="Connection">Number of the connection, from 0.</param>
/// <param name="Number">Which one of its direction it is on that connection, from 0.</param>
/// <param name="IsFromServer">The direction: whether the server sent it.</param>
/// <param name="Position">Bytes of its direction and connection before it.</param>
/// <param name="Bytes">The bytes, a copy.</param>
public sealed record ProxyFrame(int Connection, int Number, bool IsFromServer, long Position, ReadOnlyMemory<byte> Bytes)
{
    /// <summary>For scripts: cuts the connection as soon as so many bytes of this direction have passed, in the midst of a frame where they end there; lets pass what comes before.</summary>
    /// <param name="bytes">How many; with 0 nothing passes.</param>
    public ProxyAction CutAfter(long bytes) => IsReached(bytes) ? ProxyAction.Cut(Rest(bytes)) : ProxyAction.Pass;

    /// <summary>As <see cref="CutAfter"/>, but the connection stays open, and nothing of this direction passes any more.</summary>
    /// <param name="bytes">How many.</param>
    public ProxyAction SilentAfter(long bytes) => IsReached(bytes) ? ProxyAction.Silence(Rest(bytes)) : ProxyAction.Pass;

    /// <summary>Connection, direction, number and length.</summary>
    public override string ToString() => $"connection {Connection}, {(IsFromServer ? "server" : "client")} #{Number}: {Bytes.Length} bytes from {Position}";

    private bool IsReached(long bytes) => Position + Bytes.Length >= bytes;

    private int Rest(long bytes) => (int)Math.Max(bytes - Position, 0);
}
