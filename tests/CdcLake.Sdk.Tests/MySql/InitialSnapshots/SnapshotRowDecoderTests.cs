using CdcLake.Columnar;
using CdcLake.MySql.InitialSnapshots;
using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.InitialSnapshots;

public sealed class SnapshotRowDecoderTests
{
    private static readonly TableDefinition Table = new(
        new MySqlTableName("db", "t"),
        "InnoDB",
        [
            Column("id", "bigint", nullable: false),
            Column("price", "decimal(10,2)"),
            Column("big", "decimal(38,4)"),
            Column("name", "varchar(20)", "utf8mb4"),
            Column("day", "date"),
            Column("at", "datetime(6)"),
            Column("span", "time(3)"),
            Column("bits", "bit(9)"),
            Column("flag", "bit(1)"),
            Column("ratio", "double"),
            Column("huge", "bigint unsigned"),
        ],
        [0]);

    private static readonly byte[] Row =
    [
        0, 0, 0,
        0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        5, .. "-1.05"u8,
        6, .. "9.0001"u8,
        3, .. "é!"u8,
        4, 0xEA, 0x07, 2, 28,
        11, 0xB1, 0x07, 12, 31, 23, 59, 59, 0x3F, 0x42, 0x0F, 0,
        12, 1, 1, 0, 0, 0, 2, 0, 0, 0x10, 0x27, 0, 0,
        2, 1, 1,
        1, 1,
        0, 0, 0, 0, 0, 0, 0xF8, 0x3F,
        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    ];

    [Fact]
    public void Values_of_every_form_come_out()
    {
        using var batch = Decode(Row);
        Assert.Equal(-2, batch.Fixed<long>(0).Values[0]);
        Assert.Equal(-105, batch.Fixed<long>(1).Values[0]);
        Assert.Equal(90001, batch.Fixed<Int128>(2).Values[0]);
        Assert.Equal("é!"u8.ToArray(), batch.Bytes(3)[0].ToArray());
        Assert.Equal(20512, batch.Fixed<int>(4).Values[0]);
        Assert.Equal(-1, batch.Fixed<long>(5).Values[0]);
        Assert.Equal(-(26 * 3600L * 1_000_000 + 10_000), batch.Fixed<long>(6).Values[0]);
        Assert.Equal(257, batch.Fixed<long>(7).Values[0]);
        Assert.Equal(1, batch.Fixed<byte>(8).Values[0]);
        Assert.Equal(1.5, batch.Fixed<double>(9).Values[0]);
        Assert.Equal((Int128)ulong.MaxValue, batch.Fixed<Int128>(10).Values[0]);
    }

    [Fact]
    public void Nulls_are_read_from_the_bitmap_at_offset_two()
    {
        using var batch = Decode([0, 0b1111_1000, 0b0001_1111, .. Row[3..11]]);
        Assert.False(batch[0].IsNull(0));
        Assert.All(Enumerable.Range(1, 10), i => Assert.True(batch[i].IsNull(0)));
    }

    [Fact]
    public void Truncated_and_mutated_rows_give_only_our_errors()
    {
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = (byte[])Row.Clone();
            for (var n = random.Next(4); n >= 0; n--)
            {
                bytes[1 + random.Next(bytes.Length - 1)] = (byte)random.Next(256);
            }

            Attempt(bytes[..random.Next(1, bytes.Length + 1)]);
        }
    }

    [Fact]
    public void Every_truncation_is_an_error()
    {
        for (var length = 0; length < Row.Length; length++)
        {
            var bytes = Row[..length];
            Assert.Throws<MySqlProtocolException>(() => Decode(bytes).Dispose());
        }

        Assert.Throws<MySqlProtocolException>(() => Decode([.. Row, 0]).Dispose());
    }

    [Fact]
    public void Text_that_is_not_utf8_is_an_error_that_names_the_column()
    {
        var bytes = (byte[])Row.Clone();
        bytes[Array.IndexOf(bytes, (byte)0xC3)] = 0xFF;
        var error = Assert.Throws<UnsupportedTypeException>(() => Decode(bytes).Dispose());
        Assert.Contains("Table db.t: column \"name\"", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_are_decoded_without_allocation()
    {
        using var batch = new ChangeBatch(Table.Describe("db.t").Schema);
        var decoder = new SnapshotRowDecoder(Table.Name, Table.Columns);
        decoder.Bind(batch);
        for (var i = 0; i < 4096; i++)
        {
            decoder.Append(Row);
        }

        batch.Clear();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 4096; i++)
        {
            decoder.Append(Row);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Attempt(byte[] bytes)
    {
        try
        {
            Decode(bytes).Dispose();
        }
        catch (CdcLakeException)
        {
            // What may be thrown; anything else fails the test.
        }
    }

    private static ChangeBatch Decode(byte[] row)
    {
        var batch = new ChangeBatch(Table.Describe("db.t").Schema);
        var decoder = new SnapshotRowDecoder(Table.Name, Table.Columns);
        decoder.Bind(batch);
        decoder.Append(row);
        decoder.CheckText();
        batch.AppendWeight(1);
        return batch;
    }

    private static MySqlColumn Column(string name, string type, string? charset = null, bool nullable = true) =>
        MySqlColumnTypeText.Parse(name, type, charset, nullable, name == "id" ? 1 : 0);
}
