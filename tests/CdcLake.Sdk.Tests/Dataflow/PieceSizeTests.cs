using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Dataflow.Operators;
using CdcLake.Expressions;

namespace CdcLake.Tests.Dataflow;

/// <summary>Pieces of output are bounded in bytes too: texts of 1 MB do not make batches of gigabytes.</summary>
public sealed class PieceSizeTests
{
    private const int TextBytes = 1 << 20;

    private static readonly Schema Notes = new([new Field("id", DataType.Int32, Nullable: false), new Field("text", DataType.String, Nullable: false)]);

    [Fact]
    public void Join_fan_out_over_large_texts_comes_in_pieces_of_bounded_bytes()
    {
        const int texts = 12;
        const int readers = 40;
        using var join = new JoinOperator("join", new Schema([new Field("reader", DataType.Int32, Nullable: false), .. Notes.Fields]), new Schema([new Field("reader", DataType.Int32, Nullable: false)]), Notes, [0], [0]);
        for (var i = 0; i < texts; i++)
        {
            join.Process(1, Note(1, (byte)('a' + i), weight: 1));
            Assert.Null(join.Next());
        }

        var left = new ChangeBatch(new Schema([new Field("reader", DataType.Int32, Nullable: false)]));
        for (var i = 0; i < readers; i++)
        {
            left.Fixed<int>(0).Append(1);
            left.AppendWeight(1);
        }

        join.Process(0, left);
        Assert.Equal(texts * readers, Drain(join, column: 2));

        // A row that is there many times over is cut inside its copies.
        join.Process(1, Note(1, (byte)'a', weight: -1));
        Assert.Equal(readers, Drain(join, column: 2));
    }

    [Fact]
    public void Results_of_groups_with_large_texts_come_in_pieces_of_bounded_bytes()
    {
        const int groups = 24;
        var schema = new Schema([new Field("id", DataType.Int32, Nullable: false), new Field("last", DataType.String, Nullable: false)]);
        using var latest = new AggregateOperator("aggregate", schema, Notes, [0], [new AggregateCall(AggregateKind.Max, 1, DataType.String)]);
        for (var i = 0; i < groups; i++)
        {
            latest.Process(0, Note(i, (byte)'x', weight: 1));
            Assert.Null(latest.Next());
        }

        latest.EndEpoch(new Epoch(new TestPosition(1), default));
        Assert.Equal(groups, Drain(latest, column: 1));
    }

    [Fact]
    public void Value_that_no_column_holds_is_an_error_that_says_so()
    {
        var column = new BytesColumn(DataType.String);
        column.Append("a"u8);
        var error = Assert.Throws<UnsupportedTypeException>(() => _ = column.AppendUninitialized((long)Array.MaxLength).Length);
        Assert.Contains("2,147,483,592", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, column.Count);
        column.Return();
    }

    private static ChangeBatch Note(int id, byte letter, sbyte weight)
    {
        var batch = new ChangeBatch(Notes);
        batch.Fixed<int>(0).Append(id);
        batch.Bytes(1).AppendUninitialized(TextBytes).Fill(letter);
        batch.AppendWeight(weight);
        return batch;
    }

    private static int Drain(IOperator from, int column)
    {
        var rows = 0;
        while (from.Next() is { } piece)
        {
            Assert.InRange(piece.ByteSize, 1, ChangeBatch.TargetBytes + TextBytes + 100);
            Assert.Equal(piece.Count, piece.Bytes(column).DataLength / TextBytes);
            rows += piece.Count;
            piece.Dispose();
        }

        return rows;
    }
}
