using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.State.Stores;
using CdcLake.State.Rows;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.State;

public sealed class RowCodecProperties
{
    [Fact]
    public void Rows_come_back_and_are_equal_exactly_when_their_bytes_are()
    {
        for (var seed = 1; seed <= 200; seed++)
        {
            var test = new RandomCase(seed);
            foreach (var (_, batch) in Enumerable.Range(0, 5).SelectMany(_ => test.Transaction()))
            {
                AssertRoundTrip(batch);
                batch.Dispose();
            }
        }
    }

    [Fact]
    public void Negative_zero_and_every_nan_have_one_form()
    {
        var schema = new Schema([new Field("f", DataType.Float64, true)]);
        using var batch = Cells.ToBatch(schema, [([0d], 1), ([-0d], 1), ([double.NaN], 1), ([BitConverter.UInt64BitsToDouble(0x7FF8000000000123)], 1)]);
        using var rows = new EncodedRows();
        new RowCodec(schema, [0]).Encode(batch, rows);
        Assert.True(rows[0].SequenceEqual(rows[1]));
        Assert.True(rows[2].SequenceEqual(rows[3]));
    }

    [Fact]
    public void Row_of_no_columns_is_empty()
    {
        var schema = new Schema([new Field("f", DataType.Float64, true)]);
        using var batch = Cells.ToBatch(schema, [([0d], 1), ([1d], 1)]);
        using var rows = new EncodedRows();
        new RowCodec(schema, []).Encode(batch, rows);
        rows.ComputeHashes();
        Assert.Equal((2, 0), (rows.Count, rows.DataLength));
        Assert.Equal(rows.Hashes[0], rows.Hashes[1]);
    }

    [Fact]
    public void Print_shows_names_and_values()
    {
        var schema = new Schema(
        [
            new Field("id", DataType.Int32, false), new Field("name", DataType.String, true), new Field("price", DataType.Decimal(10, 2), true),
            new Field("at", DataType.Timestamp(3), true), new Field("raw", DataType.Binary, true), new Field("day", DataType.Date, true),
        ]);
        using var batch = Cells.ToBatch(schema, [([7, "Tea", -105L, 1_700_000_000_123_000L, "\u0001\u00ff", 19_676], 1), ([8, null, null, null, null, null], 1)]);
        using var rows = new EncodedRows();
        var codec = new RowCodec(schema, [0, 1, 2, 3, 4, 5]);
        codec.Encode(batch, rows);
        Assert.Equal("id=7, name=\"Tea\", price=-1.05, at=2023-11-14T22:13:20.123Z, raw=0x01FF, day=2023-11-15", codec.Print(rows[0]));
        Assert.Equal("id=8, name=null, price=null, at=null, raw=null, day=null", codec.Print(rows[1]));
    }

    private static void AssertRoundTrip(ChangeBatch batch)
    {
        var codec = new RowCodec(batch.Schema, Enumerable.Range(0, batch.Schema.Count));
        using var rows = new EncodedRows();
        codec.Encode(batch, rows);
        rows.ComputeHashes();
        var columns = Array.ConvertAll(codec.Ordinals.ToArray(), o => Column.Create(batch.Schema[o].Type));
        codec.Decode(rows, columns);
        codec.Decode(rows, columns);
        var expected = Cells.FromBatch(batch).Select(r => Cells.Text(r.Row)).ToArray();
        for (var i = 0; i < rows.Count; i++)
        {
            Assert.Equal(expected[i], Cells.Text(columns.Select(c => Cells.Read(c, i))));
            Assert.Equal(expected[i], Cells.Text(columns.Select(c => Cells.Read(c, rows.Count + i))));
            Assert.Equal(Hash64.Of(rows[i]), rows.Hashes[i]);
            for (var j = 0; j < i; j++)
            {
                Assert.Equal(expected[i] == expected[j], rows[i].SequenceEqual(rows[j]));
            }
        }
    }
}
