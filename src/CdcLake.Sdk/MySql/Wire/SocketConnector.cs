using System.Net.Sockets;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.MySql.Wire;

/// <summary>Opens the TCP or Unix socket to one host.</summary>
internal static class SocketConnector
{
    private const int KeepAliveInterval = 10; // seconds between probes that are not answered
    private const int KeepAliveProbes = 3;

    /// <exception cref="MySqlServerException">Nobody listens there or the name does not resolve; transient.</exception>
    public static async Task<Stream> ConnectAsync(MySqlConnectionOptions options, string host, CancellationToken cancellationToken)
    {
        var isLocal = host.StartsWith('/');
        var socket = isLocal
            ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)
            : new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (isLocal)
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(host), cancellationToken).ConfigureAwait(false);
            }
            else
            {
                socket.NoDelay = true;
                socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)options.KeepAlive.TotalSeconds);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveInterval);
                socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveProbes);

                await socket.ConnectAsync(host, options.Port, cancellationToken).ConfigureAwait(false);
            }

            return new NetworkStream(socket, ownsSocket: true);
        }
        catch (SocketException error)
        {
            socket.Dispose();
            throw new MySqlServerException(
                $"No connection to {options.EndpointOf(host)}: {error.Message}. Check that the server runs and that Server and Port of the connection string are right.",
                innerException: error) { IsTransient = true };
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
