using System.Net;
using System.Net.Sockets;
using System.Text;
using CdcLake.Testing;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.Testing;

/// <summary>What the proxy lets through, what it does not, and what it records of both.</summary>
public sealed class RecordingProxyTests
{
    [Fact]
    public async Task Bytes_pass_both_ways_and_are_recorded()
    {
        await using var peer = new Echo();
        await using var proxy = new RecordingProxy("127.0.0.1", peer.Port);
        using var client = await ConnectAsync(proxy);
        Assert.Equal("hello", await AskAsync(client, "hello", 5));
        Assert.Equal("again", await AskAsync(client, "again", 5));
        Assert.Equal("helloagain", Text(proxy, fromServer: false));
        Assert.Equal("helloagain", Text(proxy, fromServer: true));
        Assert.Equal([(0, 0L), (1, 5L)], proxy.Frames.Where(f => !f.IsFromServer).Select(f => (f.Number, f.Position)));
        Assert.Equal((1, 0), (proxy.Connections, proxy.Cuts));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(10)]
    public async Task Connection_is_cut_after_so_many_bytes_and_others_are_not(int bytes)
    {
        await using var peer = new Echo();
        await using var proxy = new RecordingProxy("127.0.0.1", peer.Port) { Script = f => f is { Connection: 1, IsFromServer: true } ? f.CutAfter(bytes) : ProxyAction.Pass };
        using var whole = await ConnectAsync(proxy);
        Assert.Equal("0123456789", await AskAsync(whole, "0123456789", 10));
        using var cut = await ConnectAsync(proxy);
        Assert.Equal("0123456789"[..bytes], await AskAsync(cut, "0123456789", 100));
        Assert.Equal("more", await AskAsync(whole, "more", 4));
        Assert.Equal(1, proxy.Cuts);
    }

    [Fact]
    public async Task Silence_leaves_the_connection_open_and_holds_one_direction()
    {
        await using var peer = new Echo();
        await using var proxy = new RecordingProxy("127.0.0.1", peer.Port) { Script = f => f.IsFromServer ? f.SilentAfter(2) : ProxyAction.Pass };
        using var client = await ConnectAsync(proxy);
        Assert.Equal("he", await AskAsync(client, "hello", 2));
        await client.SendAsync("more"u8.ToArray());
        await peer.ReceivedAsync("hellomore");
        Assert.True(client.Available == 0 && client.Connected);
    }

    [Fact]
    public async Task Delay_is_waited_for_by_the_clock_and_order_is_kept()
    {
        var clock = new ManualClock();
        await using var peer = new Echo();
        await using var proxy = new RecordingProxy("127.0.0.1", peer.Port, timeProvider: clock)
        {
            Script = f => f is { IsFromServer: true, Number: 0 } ? ProxyAction.Delay(TimeSpan.FromHours(1)) : ProxyAction.Pass,
        };
        using var client = await ConnectAsync(proxy);
        await client.SendAsync("one"u8.ToArray());
        await clock.WaitForTimerAsync(TimeSpan.FromHours(1));
        Assert.Equal(0, client.Available);
        await client.SendAsync("two"u8.ToArray());
        clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("onetwo", await AskAsync(client, "", 6));
    }

    [Fact]
    public async Task Network_that_is_parted_gives_all_of_it_once_it_is_whole_again()
    {
        await using var peer = new Echo();
        await using var proxy = new RecordingProxy("127.0.0.1", peer.Port);
        using var client = await ConnectAsync(proxy);
        Assert.Equal("a", await AskAsync(client, "a", 1));
        proxy.Freeze();
        await client.SendAsync("bc"u8.ToArray());
        proxy.Freeze();
        Assert.Equal("a", peer.Received);
        proxy.Thaw();
        Assert.Equal("bc", await AskAsync(client, "", 2));
    }

    [Fact]
    public async Task Stopped_proxy_turns_clients_away_until_it_starts()
    {
        await using var peer = new Echo();
        await using var proxy = new RecordingProxy("127.0.0.1", peer.Port);
        using var first = await ConnectAsync(proxy);
        Assert.Equal("a", await AskAsync(first, "a", 1));
        proxy.Stop();
        Assert.Equal("", await AskAsync(first, "", 1));
        using var away = await ConnectAsync(proxy);
        Assert.Equal("", await AskAsync(away, "", 1));
        proxy.Start();
        using var again = await ConnectAsync(proxy);
        Assert.Equal("b", await AskAsync(again, "b", 1));
        proxy.CutConnections();
        Assert.Equal("", await AskAsync(again, "", 1));
        Assert.Equal(2, proxy.Connections);
    }

    [Fact]
    public async Task Record_keeps_the_newest_frames_and_what_a_script_throws_comes_out()
    {
        await using var peer = new Echo();
        var proxy = new RecordingProxy("127.0.0.1", peer.Port, recordedBytes: 4);
        using var client = await ConnectAsync(proxy);
        Assert.Equal("abc", await AskAsync(client, "abc", 3));
        Assert.Equal("def", await AskAsync(client, "def", 3));
        Assert.Equal("connection 0, server #1: 3 bytes from 3", Assert.Single(proxy.Frames).ToString());
        proxy.Script = _ => throw new InvalidOperationException("script");
        Assert.Equal("", await AskAsync(client, "ghi", 3));
        Assert.Equal("script", (await Assert.ThrowsAsync<InvalidOperationException>(() => proxy.DisposeAsync().AsTask())).Message);
    }

    [Fact]
    public async Task Packets_of_mysql_are_frames_and_a_pipeline_outlives_cuts_at_and_within_them()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await using var mysql = new FakeMySqlServer(o => o.CreateTable("CREATE TABLE appdb.products (id INT PRIMARY KEY, sku VARCHAR(20) NOT NULL, name VARCHAR(100) NOT NULL)"));
        await using var proxy = RecordingProxy.MySql(mysql.ConnectionString);
        proxy.Script = f => f.IsFromServer && f.Connection < 4 && f.Number == f.Connection ? ProxyAction.Cut(after: f.Connection) : ProxyAction.Pass;
        var source = new MySqlSource(proxy.ConnectionString, o => (o.FirstRetryDelay, o.MaxRetryDelay) = (TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(1)));
        var products = new View<int, SalesPipeline.Product>("products");
        await using var pipeline = Pipeline.FromMySqlBinlog(source.Table<SalesPipeline.Product>("appdb.products"))
            .ToView(products, key: p => p.Id).Build("products", o => o.CheckpointFolder = folder.Path);
        _ = pipeline.RunAsync();
        mysql.Transaction(t => t.Table<SalesPipeline.Product>("appdb.products").Insert(new(1, "KET-1", "Kettle")));
        await pipeline.WaitForGtidAsync(mysql.GtidExecuted).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("Kettle", products[1]!.Name);
        Assert.Equal(4, proxy.Cuts);
        Assert.All(proxy.Frames, f => Assert.True(f.Bytes.Length == 4 + (f.Bytes.Span[0] | (f.Bytes.Span[1] << 8) | (f.Bytes.Span[2] << 16)), f.ToString()));
        Assert.Contains(proxy.Frames, f => !f.IsFromServer && Encoding.UTF8.GetString(f.Bytes.Span).Contains("SELECT ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Encrypted_session_passes_as_bytes()
    {
        using var folder = new TemporaryFolder(inMemory: true);
        await using var mysql = new FakeMySqlServer(o =>
        {
            o.UsesTls = true;
            o.CreateTable("CREATE TABLE appdb.products (id INT PRIMARY KEY, sku VARCHAR(20) NOT NULL, name VARCHAR(100) NOT NULL)");
        });
        await using var proxy = RecordingProxy.MySql(mysql.ConnectionString);
        var products = new View<int, SalesPipeline.Product>("products");
        await using var pipeline = Pipeline.FromMySqlBinlog(new MySqlSource(proxy.ConnectionString).Table<SalesPipeline.Product>("appdb.products"))
            .ToView(products, key: p => p.Id).Build("products", o => o.CheckpointFolder = folder.Path);
        _ = pipeline.RunAsync();
        mysql.Transaction(t => t.Table<SalesPipeline.Product>("appdb.products").Insert(new(1, "KET-1", "Kettle")));
        await pipeline.WaitForGtidAsync(mysql.GtidExecuted).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal("Kettle", products[1]!.Name);
        Assert.DoesNotContain(proxy.Frames, f => Encoding.UTF8.GetString(f.Bytes.Span).Contains("SELECT ", StringComparison.Ordinal));
    }

    private static async Task<Socket> ConnectAsync(RecordingProxy proxy)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(proxy.EndPoint);
        return client;
    }

    // What comes back, up to so many bytes or the end of the connection.
    private static async Task<string> AskAsync(Socket client, string text, int bytes)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var answer = new byte[bytes];
        var received = 0;
        try
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(text), patience.Token);
            for (int more; received < bytes && (more = await client.ReceiveAsync(answer.AsMemory(received), patience.Token)) > 0;)
            {
                received += more;
            }
        }
        catch (SocketException)
        {
            // Cut.
        }

        return Encoding.ASCII.GetString(answer, 0, received);
    }

    private static string Text(RecordingProxy proxy, bool fromServer) =>
        string.Concat(proxy.Frames.Where(f => f.IsFromServer == fromServer).Select(f => Encoding.ASCII.GetString(f.Bytes.Span)));

    /// <summary>A server that answers with what it gets.</summary>
    private sealed class Echo : IAsyncDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource _stop = new();
        private readonly List<Task> _sessions = [];
        private readonly StringBuilder _received = new();
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Task _accepting;

        public Echo()
        {
            _listener.Start();
            _accepting = AcceptAsync();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public string Received
        {
            get
            {
                lock (_received)
                {
                    return _received.ToString();
                }
            }
        }

        public async Task ReceivedAsync(string text)
        {
            while (true)
            {
                var changed = Volatile.Read(ref _changed).Task;
                if (Received == text)
                {
                    return;
                }

                await changed.WaitAsync(TimeSpan.FromSeconds(30));
            }
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            _listener.Dispose();
            await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await Task.WhenAll(_sessions).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _stop.Dispose();
        }

        private async Task AcceptAsync()
        {
            while (true)
            {
                _sessions.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }

        private async Task ServeAsync(TcpClient client)
        {
            using (client)
            {
                var buffer = new byte[1024];
                for (int received; (received = await client.GetStream().ReadAsync(buffer, _stop.Token)) > 0;)
                {
                    lock (_received)
                    {
                        _received.Append(Encoding.ASCII.GetString(buffer, 0, received));
                    }

                    Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
                    await client.GetStream().WriteAsync(buffer.AsMemory(0, received), _stop.Token);
                }
            }
        }
    }
}
