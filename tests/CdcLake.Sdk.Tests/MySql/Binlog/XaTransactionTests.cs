using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Gtids;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Transactions that are prepared first and decided later, each step under a GTID of its own.</summary>
public sealed class XaTransactionTests
{
    private readonly BinlogTable _sales = BinlogFileSourceTests.Sales();
    private readonly BinlogTable _other = new("appdb", "other", [0], BinlogColumn.Int("id"));

    [Fact]
    public async Task Rows_of_a_prepared_transaction_come_with_its_commit()
    {
        var log = Log().Ddl("", Commit("a"));
        var output = await RunAsync(log, heldRows: 100);
        Assert.Equal(["0+9|9.00", "0+1|1.00", "0+2|2.00"], output.WholeRows);
        Assert.Equal("1-3", Set(output));
    }

    [Fact]
    public async Task Position_does_not_include_a_prepared_transaction_before_it_is_decided()
    {
        var output = await RunAsync(Log(), heldRows: 100);
        Assert.Equal(["0+9|9.00"], output.WholeRows);
        Assert.Equal("2", Set(output));
    }

    [Fact]
    public async Task Resumed_position_reads_the_prepared_transaction_again()
    {
        var log = Log().Ddl("", Commit("a"));
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        using var processor = Create(captures, 100, GtidSet.Parse("11111111-2222-3333-4444-555555555555:2"));
        var output = new CollectingOutput();
        processor.BeginFile("binlog.000001");
        await EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), output);
        await processor.FlushAsync(output, idle: true, default);
        Assert.Equal(["0+1|1.00", "0+2|2.00"], output.WholeRows);
        Assert.Equal("1-3", Set(output));
    }

    [Fact]
    public async Task Connection_lost_anywhere_gives_the_same_rows()
    {
        var log = Log().Ddl("", Commit("a"));
        var events = EventFeed.Events(log.ToArray());
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        for (var cut = 0; cut < events.Count; cut++)
        {
            using var processor = Create(captures, 100, GtidSet.Empty);
            var output = new CollectingOutput();
            foreach (var end in new[] { cut, events.Count })
            {
                processor.BeginStream("test", checksum: true);
                await EventFeed.FeedAsync(processor, events.Take(end), output);
                await processor.FlushAsync(output, idle: true, default);
            }

            Assert.Equal(["0+9|9.00", "0+1|1.00", "0+2|2.00"], output.WholeRows);
        }
    }

    [Fact]
    public async Task Rolled_back_transaction_leaves_no_rows()
    {
        var output = await RunAsync(Log().Ddl("", "XA ROLLBACK X'61',X'62',7"), heldRows: 100);
        Assert.Equal(["0+9|9.00"], output.WholeRows);
        Assert.Equal("1-3", Set(output));
    }

    [Fact]
    public async Task Several_prepared_transactions_are_told_apart_by_their_whole_name()
    {
        var log = new BinlogBuilder();
        Prepare(log, "a", t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00")));
        Prepare(log, "b", t => t.Insert(_sales, BinlogFileSourceTests.Row(2, "2.00")));
        Prepare(log, "c", t => t.Insert(_other, [5L]));
        log.Ddl("", Commit("b")).Ddl("", Commit("c")).Ddl("", Commit("a"));
        var output = await RunAsync(log, heldRows: 100);
        Assert.Equal(["0+2|2.00", "0+1|1.00"], output.WholeRows);
        Assert.Equal("1-6", Set(output));
    }

    [Fact]
    public async Task Commit_of_a_transaction_prepared_before_the_log_begins_is_refused()
    {
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => RunAsync(Log().Ddl("", Commit("z")), heldRows: 100));
        Assert.Contains("XA COMMIT", error.Message, StringComparison.Ordinal);
        Assert.Contains("snapshot", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commit_of_a_transaction_whose_rows_the_start_shows_passes()
    {
        var log = Log().Ddl("", Commit("z"));
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions { Tables = captures, SettledXa = [XaId.FromRecover(7, 1, 1, "0x7A62")] });
        var output = new CollectingOutput();
        processor.BeginFile("binlog.000001");
        await EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), output);
        await processor.FlushAsync(output, idle: true, default);
        Assert.Equal("2-3", Set(output));
    }

    [Fact]
    public async Task Rollback_of_a_transaction_prepared_before_the_log_begins_is_harmless()
    {
        var log = new BinlogBuilder();
        log.Ddl("", "XA ROLLBACK X'7A',X'62',7").Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(9, "9.00")));
        Assert.Equal("1-2", Set(await RunAsync(log, heldRows: 100)));
    }

    [Fact]
    public async Task One_phase_commit_is_an_ordinary_transaction()
    {
        var log = new BinlogBuilder();
        Prepare(log, "a", t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00")), onePhase: true);
        var output = await RunAsync(log, heldRows: 100);
        Assert.Equal(["0+1|1.00"], output.WholeRows);
        Assert.Equal("1", Set(output));
    }

    [Fact]
    public async Task Prepared_transaction_too_large_to_hold_is_refused_by_name()
    {
        var log = new BinlogBuilder { EventSize = 80 };
        Prepare(log, "a", t => t.Insert(_sales, [.. Enumerable.Range(0, 20).Select(i => BinlogFileSourceTests.Row(i, "1.00"))]));
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => RunAsync(log, heldRows: 100, preparedBytes: 100));
        Assert.Contains("ONE PHASE", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_that_are_together_too_large_are_refused_by_name()
    {
        var log = new BinlogBuilder();
        Prepare(log, "a", t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00")));
        Prepare(log, "b", t => t.Insert(_sales, BinlogFileSourceTests.Row(2, "1.00")));
        Assert.Empty((await RunAsync(log, heldRows: 100, preparedBytes: 40)).WholeRows);
        await Assert.ThrowsAsync<BinlogUnavailableException>(() => RunAsync(log, heldRows: 100, preparedBytes: 20));
    }

    [Fact]
    public async Task Transaction_larger_than_ordinary_ones_may_be_is_held_until_it_is_decided()
    {
        var log = new BinlogBuilder { EventSize = 80 };
        Prepare(log, "a", t => t.Insert(_sales, [.. Enumerable.Range(0, 20).Select(i => BinlogFileSourceTests.Row(i, "1.00"))]));
        log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(99, "9.00"))).Ddl("", Commit("a"));
        var output = await RunAsync(log, heldRows: 3);
        Assert.Equal(21, output.WholeRows.Count());
        Assert.Equal("0+99|9.00", output.WholeRows.First());
        Assert.Equal("1-3", Set(output));
    }

    private BinlogBuilder Log()
    {
        var log = new BinlogBuilder { EventSize = 80 };
        Prepare(log, "a", t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00"), BinlogFileSourceTests.Row(2, "2.00")));
        return log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(9, "9.00")));
    }

    private static void Prepare(BinlogBuilder log, string xid, Action<BinlogBuilder> changes, bool onePhase = false)
    {
        log.Gtid().Query("", $"XA START X'{(int)xid[0]:X}',X'62',7");
        changes(log);
        log.Query("", $"XA END X'{(int)xid[0]:X}',X'62',7");
        log.Event(38, [(byte)(onePhase ? 1 : 0), 7, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, (byte)xid[0], (byte)'b']).EndGroup();
    }

    private static string Commit(string xid) => $"XA COMMIT X'{(int)xid[0]:X}',X'62',7";

    private static string Set(CollectingOutput output) => output.Epochs[^1].Epoch.Position.ToString()!.Split("555555555555:")[^1];

    private static async Task<CollectingOutput> RunAsync(BinlogBuilder log, int heldRows, long preparedBytes = 1 << 20)
    {
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        using var processor = Create(captures, heldRows, GtidSet.Empty, preparedBytes);
        var output = new CollectingOutput();
        processor.BeginFile("binlog.000001");
        await EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), output);
        await processor.FlushAsync(output, idle: true, default);
        return output;
    }

    private static BinlogEventProcessor Create(TableCapture[] captures, int heldRows, GtidSet executed, long preparedBytes = 1 << 20) =>
        new(new BinlogProcessorOptions { Tables = captures, Executed = executed, HeldRows = heldRows, PreparedBytes = preparedBytes });
}
