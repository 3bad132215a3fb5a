using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Packets;

namespace CdcLake.Tests.MySql.Wire;

public sealed class PacketStreamTests
{
    [Theory]
    [InlineData(0, 64)]
    [InlineData(1, 1)]
    [InlineData(100_000, 7_000)]
    [InlineData(0xFFFFFE, 1 << 20)]
    [InlineData(0xFFFFFF, 1 << 20)]
    [InlineData(0xFFFFFF + 1, 1 << 20)]
    [InlineData(2 * 0xFFFFFF, 1 << 20)]
    [InlineData((2 * 0xFFFFFF) + 12345, 1 << 20)]
    public async Task Payload_of_any_length_survives_writing_and_reading(int length, int chunk)
    {
        var payload = new byte[length];
        for (var i = 0; i < length; i++)
        {
            payload[i] = (byte)(i * 31 >> 3);
        }

        var wire = new MemoryStream();
        await using (var sender = new PacketStream(new NotClosing(wire), "p", 64, TimeProvider.System))
        {
            var writer = new PacketWriter();
            writer.WriteBytes(payload);
            await sender.WriteAsync(writer, default);
            await sender.WriteAsync(writer.Clear(), default);
        }

        Assert.Equal(length + (4 * ((length / 0xFFFFFF) + 1)) + 4, wire.Length);
        await using var receiver = new PacketStream(new Trickle(wire.ToArray(), chunk), "p", 64, TimeProvider.System);
        var first = await receiver.ReadAsync(default);
        Assert.True(first.Span.SequenceEqual(payload));
        Assert.Equal(0, (await receiver.ReadAsync(default)).Length);
        var end = await Assert.ThrowsAsync<MySqlServerException>(async () => await receiver.ReadAsync(default));
        Assert.True(end.IsTransient);
    }

    [Fact]
    public async Task Payload_beyond_the_limit_is_refused_before_it_is_received()
    {
        await using var stream = new PacketStream(new Trickle([1, 0, 1, 0], 4), "p", 64, TimeProvider.System) { MaxPayload = 0x10000 };
        await Assert.ThrowsAsync<MySqlProtocolException>(async () => await stream.ReadAsync(default));
    }

    [Fact]
    public async Task Bytes_in_clear_before_the_upgrade_are_refused()
    {
        await using var stream = new PacketStream(new Trickle([0, 0, 0, 0, 1, 2, 3], 7), "p", 64, TimeProvider.System);
        await stream.ReadAsync(default);
        await Assert.ThrowsAsync<MySqlProtocolException>(async () => await stream.UpgradeAsync((inner, _) => Task.FromResult(inner), default));
    }

    private sealed class Trickle(byte[] bytes, int chunk) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(chunk, buffer.Length)], cancellationToken);
    }

    private sealed class NotClosing(Stream inner) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => throw new NotSupportedException(); }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
    }
}
