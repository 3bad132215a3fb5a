using System.Net;
using System.Net.Sockets;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A proxy that cuts connections in the middle of what the server sends, or goes silent there.</summary>
internal sealed class CuttingProxy : TcpRelay
{
    private readonly Func<int, long> _bytesOf;
    private readonly bool _silent;

    /// <param name="server">Connection string of the server.</param>
    /// <param name="bytesOf">By number of the connection, how many bytes from the server it lets through before it is cut.</param>
    /// <param name="silent">Instead of being cut, the connection stays open and nothing passes any more.</param>
    /// <param name="listenAt">An address of this machine; its port may be 0.</param>
    public CuttingProxy(string server, Func<int, long> bytesOf, bool silent = false, IPEndPoint? listenAt = null)
        : base(server, listenAt)
    {
        _bytesOf = bytesOf;
        _silent = silent;
        Begin();
    }

    /// <summary>Connections that were cut or went silent.</summary>
    public int Cuts { get; private set; }

    protected override async Task CopyAsync(NetworkStream from, NetworkStream to, int connection, bool fromServer)
    {
        if (!fromServer)
        {
            await from.CopyToAsync(to, Stopping);
            return;
        }

        var buffer = new byte[16 * 1024];
        for (var allowed = _bytesOf(connection); ;)
        {
            var received = await from.ReadAsync(buffer, Stopping);
            if (received == 0)
            {
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, (int)Math.Min(received, allowed)), Stopping);
            allowed -= received;
            if (allowed <= 0)
            {
                Cuts++;
                if (_silent)
                {
                    await Task.Delay(Timeout.Infinite, Stopping); // silence, until the test ends
                }

                return;
            }
        }
    }
}
