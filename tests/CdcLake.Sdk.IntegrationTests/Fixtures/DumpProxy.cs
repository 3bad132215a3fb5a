using System.Net.Sockets;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A proxy that counts how often a log is asked for, and may cut the connection that does. Of connections without encryption.</summary>
internal sealed class DumpProxy : TcpRelay
{
    private const int CommandAt = 4; // behind the packet's length and number
    private readonly int _cut;

    /// <param name="server">Connection string of the server.</param>
    /// <param name="cut">The number of the dump whose connection is cut as soon as it is asked for, from 1; 0 for none.</param>
    public DumpProxy(string server, int cut = 0)
        : base($"{server};SSL Mode=None;Allow Public Key Retrieval=true")
    {
        _cut = cut;
        Begin();
    }

    /// <summary>How often a log was asked for.</summary>
    public int Dumps { get; private set; }

    protected override async Task CopyAsync(NetworkStream from, NetworkStream to, int connection, bool fromServer)
    {
        if (fromServer)
        {
            await from.CopyToAsync(to, Stopping);
            return;
        }

        // Each command waits for its answer, so it begins a read.
        var buffer = new byte[64 * 1024];
        for (int received; (received = await from.ReadAsync(buffer, Stopping)) > 0;)
        {
            if (received > CommandAt && buffer[CommandAt - 1] == 0 && buffer[CommandAt] is 0x12 or 0x1E && ++Dumps == _cut)
            {
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, received), Stopping);
        }
    }
}
