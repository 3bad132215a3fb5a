using CdcLake.Compression;
using CdcLake.Parquet.Encodings;

namespace CdcLake.Tests.Parquet;

public sealed class RleProperties
{
    [Fact]
    public void Indices_of_every_width_come_back_in_pieces_of_any_size()
    {
        var random = new Random(41);
        for (var i = 0; i < 4000; i++)
        {
            var width = random.Next(0, 32);
            var values = RunsAndNoise(random, random.Next(0, 300), width);
            var bytes = new byte[RleEncoder.MaxLength(values.Length, width)];
            var length = RleEncoder.Encode(values, width, bytes);
            var decoder = new RleDecoder(bytes, 0, length, width);
            var back = new int[values.Length];
            for (var at = 0; at < back.Length;)
            {
                var step = Math.Min(random.Next(1, 40), back.Length - at);
                decoder.Read(back.AsSpan(at, step));
                at += step;
            }

            Assert.Equal(values, back);
        }
    }

    [Fact]
    public void Null_masks_come_back_with_the_number_of_values()
    {
        var random = new Random(42);
        for (var i = 0; i < 4000; i++)
        {
            var nulls = Array.ConvertAll(RunsAndNoise(random, random.Next(0, 300), 1), v => (byte)v);
            var bytes = new byte[RleEncoder.MaxLength(nulls.Length, 1)];
            var length = RleEncoder.EncodePresence(nulls, bytes);
            var decoder = new RleDecoder(bytes, 0, length, 1);
            var back = new byte[nulls.Length];
            var cut = random.Next(nulls.Length + 1);
            var present = decoder.ReadPresence(back.AsSpan(0, cut)) + decoder.ReadPresence(back.AsSpan(cut));
            Assert.Equal(nulls, back);
            Assert.Equal(nulls.Count(n => n == 0), present);
        }
    }

    [Fact]
    public void Known_bytes_are_those_of_the_specification()
    {
        var bytes = new byte[64];
        var length = RleEncoder.Encode([0, 1, 2, 3, 4, 5, 6, 7], 3, bytes);
        Assert.Equal([0b11, 0b10001000, 0b11000110, 0b11111010], bytes[..length]);
        length = RleEncoder.Encode([.. Enumerable.Repeat(300, 100)], 9, bytes);
        Assert.Equal([0xC8, 0x01, 0x2C, 0x01], bytes[..length]);
    }

    [Fact]
    public void Runs_that_end_early_are_refused()
    {
        foreach (var bytes in new byte[][] { [], [0x80], [0x80, 0x80, 0x80, 0x80, 0x80, 0x01], [0x03], [0x10], [0x10, 0x00], [0x00, 0x00] })
        {
            Assert.Throws<CorruptDataException>(() =>
            {
                var decoder = new RleDecoder(bytes, 0, bytes.Length, 3);
                decoder.Read(new int[9]);
            });
        }
    }

    private static int[] RunsAndNoise(Random random, int count, int width)
    {
        var values = new int[count];
        var mask = (int)((1L << width) - 1);
        for (var i = 0; i < count;)
        {
            var run = random.Next(2) == 0 ? 1 : random.Next(1, 40);
            var value = random.Next() & mask;
            for (; run > 0 && i < count; run--)
            {
                values[i++] = value;
            }
        }

        return values;
    }
}
