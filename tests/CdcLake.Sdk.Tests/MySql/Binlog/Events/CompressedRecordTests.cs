using System.Buffers.Binary;
using System.IO.Compression;
using CdcLake.MySql.Binlog.Events;

namespace CdcLake.Tests.MySql.Binlog.Events;

public sealed class CompressedRecordTests
{
    [Theory]
    [InlineData(CompressionLevel.SmallestSize, 1)]
    [InlineData(CompressionLevel.Fastest, 300)]
    [InlineData(CompressionLevel.SmallestSize, 8 << 20)]
    public void Zeros_which_shrink_most_are_inflated(CompressionLevel level, int length)
    {
        var whole = new CompressedRecord().Inflate("ab"u8, Compressed(new byte[length], level, (uint)length)).ToArray();
        Assert.Equal([.. "ab"u8, .. new byte[length]], whole);
    }

    [Fact]
    public void Record_that_announces_more_than_it_can_hold_is_refused_before_room_is_made_for_that()
    {
        var record = Compressed(new byte[1000], CompressionLevel.SmallestSize, 2_000_000_000);
        var reader = new CompressedRecord();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<MySqlProtocolException>(() => reader.Inflate([], record).Length);
        Assert.Contains($"{record.Length} bytes cannot hold the 2000000000 that it announces", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    private static byte[] Compressed(byte[] data, CompressionLevel level, uint announced)
    {
        var stream = new MemoryStream();
        Span<byte> head = [0x84, 0, 0, 0, 0];
        BinaryPrimitives.WriteUInt32BigEndian(head[1..], announced);
        stream.Write(head);
        using (var deflate = new ZLibStream(stream, level, leaveOpen: true))
        {
            deflate.Write(data);
        }

        return stream.ToArray();
    }
}
