using CdcLake.MySql.Wire.Packets;

namespace CdcLake.Tests.MySql.Wire;

public sealed class CompressedStreamTests
{
    [Theory]
    [InlineData("Zlib", 0)]
    [InlineData("Zlib", 1)]
    [InlineData("Zlib", 49)]
    [InlineData("Zlib", 5_000)]
    [InlineData("Zlib", (2 * 0xFFFFFF) + 77)]
    [InlineData("Zstd", 1)]
    [InlineData("Zstd", 5_000)]
    [InlineData("Zstd", (2 * 0xFFFFFF) + 77)]
    public async Task Bytes_survive_in_whatever_pieces_they_are_read(string algorithm, int length)
    {
        var random = new Random(length);
        var bytes = new byte[length];
        random.NextBytes(bytes.AsSpan(length / 2)); // half of it compresses
        var wire = new MemoryStream();
        await using (var sender = New(new Unclosed(wire), algorithm))
        {
            await sender.WriteAsync(bytes);
        }

        Assert.True(length < 5_000 || wire.Length < length * 3L / 4, $"{length} bytes became {wire.Length}");
        wire.Position = 0;
        await using var receiver = New(wire, algorithm);
        var read = new MemoryStream();
        var piece = new byte[1 + random.Next(100_000)];
        for (int count; (count = await receiver.ReadAsync(piece)) > 0;)
        {
            read.Write(piece, 0, count);
        }

        Assert.True(read.GetBuffer().AsSpan(0, (int)read.Length).SequenceEqual(bytes));
    }

    [Theory]
    [InlineData("Zlib")]
    [InlineData("Zstd")]
    public async Task Damaged_or_cut_packets_are_errors_and_never_other_bytes_than_were_sent(string algorithm)
    {
        var bytes = new byte[900];
        new Random(1).NextBytes(bytes.AsSpan(600));
        var wire = new MemoryStream();
        await using (var sender = New(new Unclosed(wire), algorithm))
        {
            await sender.WriteAsync(bytes);
        }

        var good = wire.ToArray();
        for (var cut = 0; cut < good.Length; cut++)
        {
            Assert.Null(await ReadAsync(good[..cut], algorithm));
        }

        for (var at = 0; at < 7; at++) // the header; of the rest zlib has a checksum, zstd frames here have none
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var bad = good.ToArray();
                bad[at] ^= (byte)(1 << bit);
                Assert.True(await ReadAsync(bad, algorithm) is not { } read || read.AsSpan().SequenceEqual(bytes));
            }
        }

        var random = new Random(2);
        for (var i = 0; i < 3000; i++)
        {
            var bad = good.ToArray();
            for (var changes = random.Next(1, 6); changes > 0; changes--)
            {
                bad[random.Next(bad.Length)] = (byte)random.Next(256);
            }

            await ReadAsync(bad, algorithm); // ends, in time and memory, without any other kind of exception
        }
    }

    // Null when the stream ends early or is refused.
    private static async Task<byte[]?> ReadAsync(byte[] wire, string algorithm)
    {
        await using var receiver = New(new MemoryStream(wire), algorithm);
        var read = new byte[900];
        try
        {
            return await receiver.ReadAtLeastAsync(read, read.Length, throwOnEndOfStream: false) == read.Length ? read : null;
        }
        catch (MySqlProtocolException)
        {
            return null;
        }
    }

    private static CompressedStream New(Stream inner, string algorithm) => new(inner, Enum.Parse<CompressionAlgorithm>(algorithm), "db:3306");

    private sealed class Unclosed(Stream inner) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => inner.WriteAsync(buffer, cancellationToken);
    }
}
