using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.Tests.MySql.Wire;

/// <summary>Whatever a peer sends in a login, it is one of our errors or a login, at once and in little memory.</summary>
public sealed class LoginFuzzTests
{
    private static readonly byte[] Switch = [0xFE, .. "caching_sha2_password"u8, 0, .. Enumerable.Repeat((byte)9, 20), 0];

    [Fact]
    public async Task Cut_login_is_a_lost_connection()
    {
        var good = Login();
        Assert.Null(await RunAsync(good));
        for (var cut = 0; cut < good.Length; cut++)
        {
            Assert.True(await RunAsync(good[..cut]) is MySqlServerException { IsTransient: true });
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Damaged_login_is_refused_or_accepted_and_nothing_else(int seed)
    {
        var random = new Random(seed);
        var good = Login();
        for (var i = 0; i < 5000; i++)
        {
            var bad = good.ToList();
            for (var changes = random.Next(1, 5); changes > 0; changes--)
            {
                Change(random, bad);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.True(await RunAsync([.. bad]) is null or MySqlServerException or MySqlProtocolException);
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
        }
    }

    private static void Change(Random random, List<byte> bytes)
    {
        var at = random.Next(bytes.Count);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                break;
            case 1:
                bytes[at] = (byte)random.Next(256);
                break;
            case 2:
                bytes.RemoveAt(at);
                break;
            default:
                bytes.Insert(at, (byte)random.Next(256));
                break;
        }
    }

    // Greeting, a switch of the plugin, the cached password, OK.
    private static byte[] Login() => [.. Packet(0, ScriptedSession.Greeting("mysql_native_password")), .. Packet(2, Switch), .. Packet(4, [1, 3]), .. Packet(5, ScriptedServer.Ok)];

    private static byte[] Packet(byte sequence, byte[] payload) => [(byte)payload.Length, (byte)(payload.Length >> 8), 0, sequence, .. payload];

    private static async Task<Exception?> RunAsync(byte[] bytes)
    {
        await using var stream = new PacketStream(new OneWay(bytes), "db:3306", 4096, TimeProvider.System);
        var options = MySqlConnectionOptions.Parse("Server=db;User ID=cdc;Password=geheim;SSL Mode=None");
        return await Record.ExceptionAsync(() => new Login(stream, new PacketWriter(), options, "db", "test").RunAsync(default));
    }

    // What is written to it goes nowhere.
    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes, writable: false)
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;
    }
}
