using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.Tests.MySql.Binlog.Json;
using CdcLake.Testing.Tables;

namespace CdcLake.Tests.MySql.Binlog;

public sealed class DecodeAllocationTests
{
    private const int Gbk = 28;

    [Fact]
    public async Task Decoding_allocates_per_batch_only_and_nothing_per_row_or_event()
    {
        var table = new BinlogTable(
            "db", "t", [0], BinlogColumn.BigInt("id"), BinlogColumn.VarChar("v", 300), BinlogColumn.Decimal("d", 10, 2), BinlogColumn.Timestamp("ts", 3),
            BinlogColumn.Int("n") with { Nullable = true }, BinlogColumn.Decimal("w", 30, 4), BinlogColumn.Enum("e", "a", "b"),
            BinlogColumn.Json("j"), BinlogColumn.VarChar("c", 60, Gbk), BinlogColumn.Geometry("g"), BinlogColumn.Vector("x"));
        var document = JsonDocuments.Of(new (string, object?)[] { ("a", 1.25), ("b", new object?[] { "text", -70000, null, true }) });
        byte[] point = [1, 0, 0, 0, 1, 1, 0, 0, 0, .. new byte[16]];
        var log = new BinlogBuilder();
        for (var transaction = 0; transaction < 300; transaction++)
        {
            log.Transaction(t => t.Insert(table, [.. Enumerable.Range(0, 50).Select(i =>
                new object?[] { (long)i, "text" + i, "1.25", new DateTime(2026, 1, 1), i % 7 == 0 ? null : (long)i, "-7.5", 2L, document, new byte[] { 0xD6, 0xD0, (byte)i }, point, new byte[8] })]));
        }

        var bytes = log.ToArray();
        var events = EventFeed.Events(bytes);
        var captures = await EventFeed.CapturesAsync(bytes, "db.t");

        // A garbage collection for other tests may empty the array pool, and what a column then rents is new: one window without any is the proof.
        var allocated = new List<long>();
        for (var attempt = 0; attempt < 10 && !allocated.Contains(0); attempt++)
        {
            allocated.Add(await MeasureAsync(events, captures));
        }

        Assert.Contains(0, allocated);
    }

    /// <summary>Bytes allocated while 2,500 rows in 250 events are decoded.</summary>
    private static async Task<long> MeasureAsync(List<byte[]> events, IReadOnlyList<TableCapture> captures)
    {
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions { Tables = captures, Limits = new EpochLimits(int.MaxValue, TimeSpan.FromDays(1)) });
        processor.BeginStream("test", checksum: true);
        var output = new CollectingOutput();
        await EventFeed.FeedAsync(processor, events.Take(2 + (200 * 5)), output); // batches were handed on and gave their memory back
        await processor.FlushAsync(output, idle: true, default);
        Feed(processor, events, 2 + (200 * 5), 2 + (220 * 5)); // the next batch is open
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rows = processor.Rows;
        Feed(processor, events, 2 + (220 * 5), 2 + (270 * 5));
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(2500, processor.Rows - rows);
        return allocated;
    }

    private static void Feed(BinlogEventProcessor processor, List<byte[]> events, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            processor.Process(events[i]);
        }
    }
}
