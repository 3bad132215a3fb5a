using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace CdcLake.Benchmarks.Logs;

/// <summary>
/// As much of a MySQL server as a log reader meets: a login that anybody passes, OK for every statement, empty GTID sets for every SELECT, and a dump that
/// sends the events of one file as fast as the socket takes them. Then a non-blocking dump ends; another waits for events that never come.
/// </summary>
internal sealed class LogServer : IDisposable
{
    private const uint Offered = 0x1 | 0x4 | 0x200 | 0x2000 | 0x8000 | 0x20000 | 0x80000 | 0x100000 | 0x200000 | 0x1000000;
    private static readonly byte[] Ok = [0, 0, 0, 2, 0, 0, 0];
    private static readonly byte[] EndOfStream = [0xFE, 0, 0, 2, 0];

    private static readonly byte[] ColumnDefinition =
        [3, .. "def"u8, 0, 0, 0, 4, .. "gtid"u8, 0, 12, 255, 0, 0, 1, 0, 0, 253, 0, 0, 0, 0, 0];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _packets;
    private readonly Thread _thread;
    private volatile bool _stopped;

    /// <param name="file">A whole binary log file; it is framed into packets once, before anybody connects.</param>
    public LogServer(string file)
    {
        _packets = Frame(File.ReadAllBytes(file));
        _listener.Start();
        _thread = new Thread(Serve) { IsBackground = true, Name = "log server" };
        _thread.Start();
    }

    public string ConnectionString => $"Server=127.0.0.1;Port={((IPEndPoint)_listener.LocalEndpoint).Port};User ID=any;SSL Mode=None";

    public void Dispose()
    {
        _stopped = true;
        _listener.Stop();
        _thread.Join();
    }

    private static byte[] Frame(byte[] file)
    {
        var packets = new MemoryStream(file.Length + (file.Length / 512));
        var sequence = (byte)1; // 0 was the command
        for (var at = 4; at < file.Length;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(at + 9));
            packets.Write([(byte)(length + 1), (byte)((length + 1) >> 8), (byte)((length + 1) >> 16), sequence++, 0]);
            packets.Write(file.AsSpan(at, length));
            at += length;
        }

        packets.Write([(byte)EndOfStream.Length, 0, 0, sequence, .. EndOfStream]);
        return packets.ToArray();
    }

    private void Serve()
    {
        try
        {
            while (true)
            {
                var client = _listener.AcceptSocket();
                client.NoDelay = true;
                new Thread(() => Serve(client)) { IsBackground = true, Name = "log server, one client" }.Start();
            }
        }
        catch (Exception e) when (_stopped && e is SocketException or InvalidOperationException)
        {
            // The listener was stopped: the end of the measurement.
        }
    }

    private void Serve(Socket client)
    {
        try
        {
            using (client)
            {
                Talk(client);
            }
        }
        catch (SocketException)
        {
            // The client went away in the midst of a dump: it had enough.
        }
    }

    private void Talk(Socket client)
    {
        Send(client, 0, Greeting());
        Receive(client, out var sequence);
        Send(client, (byte)(sequence + 1), Ok);
        while (Receive(client, out _) is { Length: > 0 } command && command[0] != 1)
        {
            if (command[0] is 0x12 or 0x1E)
            {
                var waits = (command[command[0] == 0x1E ? 1 : 5] & 1) == 0;
                client.Send(_packets, 0, waits ? _packets.Length - EndOfStream.Length - 4 : _packets.Length, SocketFlags.None);
            }
            else if (command.AsSpan(1).StartsWith("SELECT"u8))
            {
                byte[][] result = [[2], ColumnDefinition, ColumnDefinition, [0, 0], [0xFE, 0, 0, 2, 0, 0, 0]];
                for (var i = 0; i < result.Length; i++)
                {
                    Send(client, (byte)(i + 1), result[i]);
                }
            }
            else
            {
                Send(client, 1, Ok);
            }
        }
    }

    private static byte[] Greeting() =>
    [
        10, .. "9.7.4"u8, 0, 1, 0, 0, 0, .. "01234567"u8, 0, (byte)(Offered & 255), (byte)((Offered >> 8) & 255), 255, 2, 0,
        (byte)((Offered >> 16) & 255), (byte)(Offered >> 24), 21, .. new byte[10], .. "890123456789"u8, 0, .. "mysql_native_password"u8, 0,
    ];

    private static void Send(Socket client, byte sequence, byte[] payload) => client.Send([(byte)payload.Length, (byte)(payload.Length >> 8), 0, sequence, .. payload]);

    private static byte[] Receive(Socket client, out byte sequence)
    {
        var header = new byte[4];
        sequence = 0;
        if (!ReceiveAll(client, header))
        {
            return [];
        }

        sequence = header[3];
        var payload = new byte[header[0] | (header[1] << 8) | (header[2] << 16)];
        return ReceiveAll(client, payload) ? payload : [];
    }

    private static bool ReceiveAll(Socket client, byte[] buffer)
    {
        for (var got = 0; got < buffer.Length;)
        {
            var read = client.Receive(buffer, got, buffer.Length - got, SocketFlags.None);
            if (read == 0)
            {
                return false;
            }

            got += read;
        }

        return true;
    }
}
