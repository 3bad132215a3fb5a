using System.Buffers;
using CdcLake.Compression;
using CdcLake.Iceberg.Puffin;
using CdcLake.Iceberg.Tables;

namespace CdcLake.Tests.Iceberg.Puffin;

public sealed class RoaringProperties
{
    private const long Rows = 5L << 32;

    [Fact]
    public void Positions_of_every_density_come_back()
    {
        var random = new Random(61);
        for (var i = 0; i < 300; i++)
        {
            var positions = Some(random, 1 << random.Next(1, 20));
            var bytes = Write(positions);
            var back = RoaringReader.Read(bytes, 1 << 20);
            Assert.Equal(positions.Count, back.Count);
            Assert.Equal(positions.Positions(), back.Positions());
        }
    }

    [Fact]
    public void Positions_beyond_32_bits_come_back_under_keys_of_their_own()
    {
        var positions = new PositionSet();
        foreach (var position in new[] { 0, 65_535, 65_536, (1L << 32) - 1, 1L << 32, (4L << 32) + 7 })
        {
            positions.Add(position);
        }

        var bytes = Write(positions);
        Assert.Equal(3, BitConverter.ToInt64(bytes));
        Assert.Equal(positions.Positions(), RoaringReader.Read(bytes, Rows).Positions());
    }

    [Theory]
    [InlineData(60_000, 1, 8192)] // one bit for each value
    [InlineData(4096, 16, 8192)] // as many bytes in an array as in a bitmap: not larger
    [InlineData(100, 500, 200)] // an array
    public void Container_takes_the_smallest_form(int values, int step, int largest)
    {
        var positions = new PositionSet();
        for (var i = 0; i < values; i++)
        {
            positions.Add((long)i * step % 65_536);
        }

        Assert.InRange(Write(positions).Length, 1, 8 + 4 + 16 + largest);
        var run = new PositionSet();
        run.AddRange(10, 60_000);
        Assert.Equal(8 + 4 + 4 + 1 + 4 + 6, Write(run).Length);
    }

    [Theory]
    [InlineData("0000000000000000", new long[0])]
    [InlineData("0100000000000000" + "00000000" + "3A30000001000000" + "00000200" + "10000000" + "000064000800", new[] { 0L, 8, 100 })] // not ascending
    [InlineData("0100000000000000" + "02000000" + "3B300000" + "01" + "00000300" + "0100" + "0500" + "0300", new[] { (2L << 32) + 5, (2L << 32) + 6, (2L << 32) + 7, (2L << 32) + 8 })]
    public void Bitmap_of_another_writer_is_read(string hex, long[] positions) =>
        Assert.Equal(positions, RoaringReader.Read(Convert.FromHexString(hex), Rows).Positions());

    [Fact]
    public void Mutated_bitmaps_are_read_or_refused_within_the_rows()
    {
        var random = new Random(62);
        var refused = 0;
        for (var i = 0; i < 5000; i++)
        {
            var bytes = Write(Some(random, 1 << random.Next(1, 14)));
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            try
            {
                var read = RoaringReader.Read(bytes.AsSpan(0, random.Next(2) == 0 ? bytes.Length : random.Next(bytes.Length)), 1 << 14);
                Assert.True(read.Words.Length <= (1 << 14) / 64 * 2);
            }
            catch (CorruptDataException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 2000, 4999);
    }

    private static PositionSet Some(Random random, int rows)
    {
        var positions = new PositionSet();
        var share = random.NextDouble();
        for (var row = 0; row < rows; row++)
        {
            if (random.NextDouble() < share * share)
            {
                var run = random.Next(4) == 0 ? Math.Min(random.Next(1, 3000), rows - row) : 1;
                positions.AddRange(row, run);
                row += run;
            }
        }

        return positions;
    }

    private static byte[] Write(PositionSet positions)
    {
        var output = new ArrayBufferWriter<byte>();
        RoaringWriter.Write(positions, output);
        return output.WrittenSpan.ToArray();
    }
}
