using CdcLake.MySql.Binlog.Columns;
using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.Binlog.Columns;

public sealed class SparseImagesTests
{
    private static readonly MySqlColumn[] Columns = [Column("a", MySqlTypeCode.Short), Column("b", MySqlTypeCode.VarChar, 20), Column("c", MySqlTypeCode.Tiny)];

    [Fact]
    public void Columns_that_are_left_out_become_null()
    {
        // a and c: NULL bits of two columns, of which those that are left over are set
        byte[] images = [0b1111_1100, 0x34, 0x12, 7, 0b1111_1101, 8, 0b1111_1111];
        Assert.Equal([0b010, 0x34, 0x12, 7, 0b011, 8, 0b111], Complete([0b101], images));
    }

    [Fact]
    public void Images_before_and_after_have_columns_of_their_own()
    {
        byte[] images = [0b00, 1, 0, 2, (byte)'x', (byte)'y', 0b0, 9, 0b00, 2, 0, 0, 0b1];
        Assert.Equal([0b100, 1, 0, 2, (byte)'x', (byte)'y', 0b011, 9, 0b100, 2, 0, 0, 0b111], Complete([0b011, 0b100], images));
    }

    [Fact]
    public void Image_after_without_any_column_is_all_null() => Assert.Equal([0b110, 5, 0, 0b111], Complete([0b001, 0b000], [0b0, 5, 0]));

    [Fact]
    public void Damaged_images_are_an_error_without_end_of_memory()
    {
        Assert.Throws<MySqlProtocolException>(() => Complete([0b000], [1, 2, 3]));
        Assert.Throws<MySqlProtocolException>(() => Complete([0b011], [0b00, 1, 0, 200, 1]));
        Assert.Throws<MySqlProtocolException>(() => Complete([0b101], [0b00, 1]));
        for (var seed = 0; seed < 5_000; seed++)
        {
            var random = new Random(seed);
            var images = new byte[random.Next(40)];
            random.NextBytes(images);
            byte[] present = random.Next(2) == 0 ? [(byte)random.Next(256)] : [(byte)random.Next(256), (byte)random.Next(256)];
            try
            {
                Assert.InRange(Complete(present, images).Length, 0, 41 * 4);
            }
            catch (MySqlProtocolException)
            {
            }
        }
    }

    private static byte[] Complete(byte[] present, byte[] images) => new SparseImages(Columns).Complete(present, images).ToArray();

    private static MySqlColumn Column(string name, MySqlTypeCode type, int length = 0) => new(name, type, length, 0, false, length > 0 ? "utf8mb4" : "", [], true, 0);
}
