using CdcLake.Connectors;
using CdcLake.MySql.Binlog;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Tables that are added and removed while the log is read.</summary>
public sealed class CaptureSetTests
{
    private readonly BinlogTable _sales = BinlogFileSourceTests.Sales();
    private readonly BinlogTable _other = new("appdb", "other", [0], BinlogColumn.Int("id"));

    [Fact]
    public async Task Table_that_is_added_gives_its_rows_from_the_next_transaction_on()
    {
        var (events, captures) = await LogAsync();
        using var processor = Create(captures[0]);
        var output = new CollectingOutput();
        processor.BeginFile("binlog.000001");
        await EventFeed.FeedAsync(processor, events.Take(9), output);
        Assert.Equal(1, processor.AddTable(captures[1], isComplete: false));
        await EventFeed.FeedAsync(processor, events.Skip(9), output);
        await processor.FlushAsync(output, idle: true, default);
        Assert.Equal(["0+1|1.00", "0+2|2.00", "0+3|3.00", "1+2", "1+3"], output.WholeRows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Table_that_is_removed_is_passed_over_and_its_number_is_not_used_again()
    {
        var (events, captures) = await LogAsync();
        using var processor = Create(captures[0], captures[1]);
        var output = new CollectingOutput();
        processor.BeginFile("binlog.000001");
        await EventFeed.FeedAsync(processor, events.Take(9), output);
        Assert.True(processor.RemoveTable("appdb.sales"));
        Assert.False(processor.RemoveTable("appdb.sales"));
        await EventFeed.FeedAsync(processor, events.Skip(9).Take(7), output);
        Assert.Equal(2, processor.AddTable(captures[0], isComplete: false));
        await EventFeed.FeedAsync(processor, events.Skip(16), output);
        await processor.FlushAsync(output, idle: true, default);
        Assert.Equal(["0+1|1.00", "1+1", "1+2", "1+3", "2+3|3.00"], output.WholeRows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Tables_do_not_change_inside_a_transaction()
    {
        var (events, captures) = await LogAsync();
        using var processor = Create(captures[0]);
        processor.BeginFile("binlog.000001");
        await EventFeed.FeedAsync(processor, events.Take(4), new CollectingOutput());
        Assert.Throws<InvalidOperationException>(() => processor.AddTable(captures[1], isComplete: false));
        Assert.Throws<InvalidOperationException>(() => processor.RemoveTable("appdb.sales"));
    }

    // FORMAT_DESCRIPTION, PREVIOUS_GTIDS, then three transactions of GTID, BEGIN, two tables' TABLE_MAP and rows, XID.
    private async Task<(List<byte[]> Events, TableCapture[] Captures)> LogAsync()
    {
        var log = new BinlogBuilder();
        for (var i = 1; i <= 3; i++)
        {
            log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(i, $"{i}.00")).Insert(_other, [(long)i]));
        }

        var events = EventFeed.Events(log.ToArray());
        return (events, await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales", "appdb.other"));
    }

    private static BinlogEventProcessor Create(params TableCapture[] captures) => new(new BinlogProcessorOptions
    {
        Tables = captures,
        Limits = new EpochLimits(int.MaxValue, TimeSpan.FromDays(1)),
    });
}
