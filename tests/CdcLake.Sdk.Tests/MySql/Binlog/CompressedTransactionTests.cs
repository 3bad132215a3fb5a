using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;
using ZstdSharp;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Transactions in one compressed event give what they would give without compression.</summary>
public sealed class CompressedTransactionTests
{
    private readonly BinlogTable _sales = BinlogFileSourceTests.Sales();

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(19)]
    [InlineData(null)]
    public async Task Compressed_transaction_gives_the_rows_of_an_ordinary_one(int? level)
    {
        var rows = Enumerable.Range(0, 20_000).Select(i => BinlogFileSourceTests.Row(i, $"{i % 900}.50")).ToArray();
        var plain = new BinlogBuilder();
        plain.Transaction(t => t.Insert(_sales, rows));
        var packed = new BinlogBuilder();
        packed.Gtid().Payload(t => t.Query("", "BEGIN").Insert(_sales, rows).Xid(), level is { } l ? Compress(l) : null).EndGroup();
        var expected = await RunAsync(plain.ToArray(), 65_536);
        foreach (var held in new[] { 65_536, 100 })
        {
            var output = await RunAsync(packed.ToArray(), held);
            Assert.Equal(expected.WholeRows, output.WholeRows);
            Assert.Equal(expected.Epochs[^1].Epoch.Position, output.Epochs[^1].Epoch.Position);
        }
    }

    [Fact]
    public async Task Transaction_too_large_to_hold_is_handed_on_while_it_is_decompressed()
    {
        var rows = Enumerable.Range(0, 5_000).Select(i => BinlogFileSourceTests.Row(i, "1.00")).ToArray();
        var log = new BinlogBuilder { EventSize = 1_000 };
        log.Gtid().Payload(t => t.Query("", "BEGIN").Insert(_sales, rows).Xid(), Compress(3)).EndGroup();
        log.Transaction(t => t.Delete(_sales, rows[0]));
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        using var processor = Create(captures, held: 64);
        var output = new LargestBatch();
        processor.BeginFile("binlog.000001");
        await EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), output);
        await processor.FlushAsync(output, idle: true, default);
        Assert.Equal(5_001, output.Rows);
        Assert.InRange(output.Largest, 1, 200);
    }

    [Fact]
    public async Task Connection_lost_anywhere_gives_the_same_rows()
    {
        var rows = Enumerable.Range(0, 50).Select(i => BinlogFileSourceTests.Row(i, "1.00")).ToArray();
        var log = new BinlogBuilder { EventSize = 80 };
        log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(99, "9.00")));
        log.Gtid().Payload(t => t.Query("", "BEGIN").Insert(_sales, rows).Xid(), Compress(3)).EndGroup();
        var events = EventFeed.Events(log.ToArray());
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        for (var cut = 0; cut <= events.Count; cut++)
        {
            using var processor = Create(captures, held: 8);
            var output = new CollectingOutput();
            foreach (var end in new[] { cut, events.Count })
            {
                processor.BeginStream("test", checksum: true);
                await EventFeed.FeedAsync(processor, events.Take(end), output);
                await processor.FlushAsync(output, idle: true, default);
            }

            Assert.Equal(51, output.WholeRows.Count());
        }
    }

    [Fact]
    public async Task Included_transaction_is_passed_over()
    {
        var log = new BinlogBuilder();
        log.Gtid().Payload(t => t.Query("", "BEGIN").Insert(_sales, BinlogFileSourceTests.Row(1, "1.00")).Xid(), Compress(3)).EndGroup();
        log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(2, "1.00")));
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions { Tables = captures, Executed = GtidSet.Parse("11111111-2222-3333-4444-555555555555:1") });
        var output = new CollectingOutput();
        processor.BeginFile("binlog.000001");
        await EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), output);
        await processor.FlushAsync(output, idle: true, default);
        Assert.Equal(["0+2|1.00"], output.WholeRows);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Damaged_payload_is_an_error_with_its_place(bool wrongSize, bool broken)
    {
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00")));
        log.Gtid().Payload(
            t => t.Query("", "BEGIN").Insert(_sales, BinlogFileSourceTests.Row(2, "1.00")).Xid(),
            bytes => broken ? [.. Compress(3)(bytes).SkipLast(5)] : Compress(3)(bytes),
            announced: wrongSize ? 7 : null).EndGroup();
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        using var processor = Create(captures, 100);
        processor.BeginFile("binlog.000001");
        var error = await Assert.ThrowsAsync<MySqlProtocolException>(() => EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), new CollectingOutput()));
        Assert.Equal(("binlog.000001", log.Offsets[^1]), (error.Origin, (int)error.Offset));
    }

    [Theory]
    [InlineData(33)]
    [InlineData(40)]
    [InlineData(15)]
    public async Task Event_that_cannot_be_inside_is_an_error(byte type)
    {
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00")));
        log.Gtid().Payload(t => t.Event(type, new byte[60]), Compress(3)).EndGroup();
        using var processor = Create(await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales"), 100);
        processor.BeginFile("binlog.000001");
        await Assert.ThrowsAsync<MySqlProtocolException>(() => EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), new CollectingOutput()));
    }

    private static Func<byte[], byte[]> Compress(int level) => bytes =>
    {
        using var compressor = new Compressor(level);
        return compressor.Wrap(bytes).ToArray();
    };

    private static async Task<CollectingOutput> RunAsync(byte[] log, int held)
    {
        using var processor = Create(await EventFeed.CapturesAsync(log, "appdb.sales"), held);
        var output = new CollectingOutput();
        processor.BeginFile("binlog.000001");
        await EventFeed.FeedAsync(processor, EventFeed.Events(log), output);
        await processor.FlushAsync(output, idle: true, default);
        return output;
    }

    private static BinlogEventProcessor Create(TableCapture[] captures, int held) => new(new BinlogProcessorOptions { Tables = captures, HeldRows = held });

    private sealed class LargestBatch : ISourceOutput
    {
        public int Rows { get; private set; }

        public int Largest { get; private set; }

        public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask ChangesAsync(int table, CdcLake.Columnar.ChangeBatch batch, CancellationToken cancellationToken)
        {
            (Rows, Largest) = (Rows + batch.Count, Math.Max(Largest, batch.Count));
            batch.Dispose();
            return ValueTask.CompletedTask;
        }

        public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken) => ValueTask.CompletedTask;

        public ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken) => throw new InvalidOperationException("Not expected here.");

        public void Report(SourceProgress progress)
        {
        }
    }
}
