using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;

namespace CdcLake.Tests.MySql.Binlog;

public sealed class BinlogEventProcessorTests
{
    private readonly BinlogTable _sales = BinlogFileSourceTests.Sales();
    private readonly BinlogTable _other = new("appdb", "other", [0], BinlogColumn.Int("id"), BinlogColumn.Json("j"));

    [Fact]
    public async Task Connection_lost_after_any_event_gives_the_same_rows_as_none()
    {
        var log = Mixed();
        var events = EventFeed.Events(log.ToArray());
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        var expected = await RunAsync(captures, events, [events.Count], heldRows: 65_536);
        Assert.Equal(17, expected.WholeRows.Count());
        for (var cut = 0; cut < events.Count; cut++)
        {
            Assert.Equal(expected.WholeRows, (await RunAsync(captures, events, [cut, events.Count], heldRows: 65_536)).WholeRows);
        }
    }

    [Fact]
    public async Task Connections_lost_in_a_transaction_too_large_to_hold_back_continue_it()
    {
        var log = Mixed();
        var events = EventFeed.Events(log.ToArray());
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        var expected = await RunAsync(captures, events, [events.Count], heldRows: 65_536);
        for (var cut = 0; cut < events.Count; cut++)
        {
            for (var second = 0; second < events.Count; second += 3)
            {
                var output = await RunAsync(captures, events, [cut, second, events.Count], heldRows: 3);
                Assert.Equal(expected.Rows, output.Rows);
                Assert.Equal(expected.Rows, output.WholeRows);
                Assert.True(output.Epochs[^1].Epoch.Position.Equals(expected.Epochs[^1].Epoch.Position));
            }
        }
    }

    [Fact]
    public async Task Transaction_that_is_handed_on_early_is_an_epoch_of_its_own()
    {
        var log = Mixed();
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        var output = await RunAsync(captures, EventFeed.Events(log.ToArray()), [int.MaxValue], heldRows: 3);
        Assert.Contains(output.Epochs, e => e.Epoch.Position.ToString()!.EndsWith(":1-2", StringComparison.Ordinal) && e.Rows == 3);
    }

    [Fact]
    public async Task Two_transactions_handed_on_in_part_are_both_continued_after_a_failover_to_another_order()
    {
        var (first, second) = (Insert(1, 100), Insert(2, 200));
        var captures = await EventFeed.CapturesAsync(first.ToArray(), "appdb.sales");
        var (one, two) = (EventFeed.Events(first.ToArray()), EventFeed.Events(second.ToArray()));
        foreach (var part in new[] { two.Count, two.Count - 3 })
        {
            using var processor = Create(captures, heldRows: 3);
            var output = new CollectingOutput();
            Begin(processor);
            await EventFeed.FeedAsync(processor, one.SkipLast(3), output);
            Assert.True(processor.HasHandedOnPart);
            Assert.EndsWith(":1", processor.Required.ToString(), StringComparison.Ordinal);
            Assert.True(processor.Executed.IsEmpty);
            Begin(processor);
            await EventFeed.FeedAsync(processor, two.Take(part), output);
            Assert.Empty(output.Epochs);
            Begin(processor);
            await EventFeed.FeedAsync(processor, part == two.Count ? one : [.. two, .. one.Skip(2)], output);
            await processor.FlushAsync(output, idle: true, default);
            Assert.Equal(40, output.WholeRows.Count());
            Assert.Equal(40, output.WholeRows.Distinct().Count());
            Assert.False(processor.HasHandedOnPart);
            Assert.EndsWith(":1-2", output.Epochs[^1].Epoch.Position.ToString(), StringComparison.Ordinal);
        }

        BinlogBuilder Insert(long number, int key)
        {
            var log = new BinlogBuilder { EventSize = 80, NextNumber = number };
            return log.Transaction(t => t.Insert(_sales, [.. Enumerable.Range(key, 20).Select(i => BinlogFileSourceTests.Row(i, "1.00"))]));
        }
    }

    [Fact]
    public async Task Other_rows_in_the_repeated_transaction_are_an_error()
    {
        var log = new BinlogBuilder { EventSize = 80 };
        log.Transaction(t => t.Insert(_sales, [.. Enumerable.Range(0, 20).Select(i => BinlogFileSourceTests.Row(i, "1.00"))]));
        var events = EventFeed.Events(log.ToArray());
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        var shorter = new BinlogBuilder { EventSize = 80 };
        shorter.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00")));
        using var processor = Create(captures, heldRows: 3);
        var output = new CollectingOutput();
        Begin(processor);
        await EventFeed.FeedAsync(processor, events.Take(12), output);
        Begin(processor);
        await Assert.ThrowsAsync<MySqlProtocolException>(() => EventFeed.FeedAsync(processor, EventFeed.Events(shorter.ToArray()), output));
    }

    [Fact]
    public async Task Positions_follow_rotations_and_grow_beyond_four_gigabytes()
    {
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00")));
        var events = EventFeed.Events(log.ToArray());
        using var processor = Create(await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales"), 100);
        Begin(processor);
        await EventFeed.FeedAsync(processor, events, new CollectingOutput());
        Assert.Equal(("binlog.000001", log.ToArray().Length), (processor.Position.File, (int)processor.Position.Offset));
        var high = new BinlogBuilder();
        high.Gtid().Event(2, Query("BEGIN"), nextPosition: uint.MaxValue - 10).Event(16, new byte[8], nextPosition: 50);
        var more = EventFeed.Events(high.ToArray()).Skip(2).ToList();
        more[0] = Renumbered();
        await EventFeed.FeedAsync(processor, more, new CollectingOutput());
        Assert.Equal(0x1_0000_0000L + 50, processor.Position.Offset);
        processor.Process(EventFeed.Rotate("binlog.000002"));
        Assert.True(processor.AtTransactionEnd);
    }

    [Theory]
    [InlineData(27)]
    [InlineData(41)]
    [InlineData(3)]
    [InlineData(28)]
    [InlineData(29)]
    [InlineData(36)]
    [InlineData(100)]
    public void Events_without_changes_are_passed_over(byte type)
    {
        using var processor = Create([], 100);
        Begin(processor);
        processor.Process(EventFeed.Artificial(type, [1, 2, 3]));
    }

    [Fact]
    public void Unknown_event_is_an_error_unless_it_may_be_ignored()
    {
        using var processor = Create([], 100);
        processor.BeginFile("binlog.000007");
        var log = new BinlogBuilder();
        log.Event(200, [1, 2, 3], flags: 0x80).Event(201, [1, 2, 3]);
        var events = EventFeed.Events(log.ToArray());
        events.Take(3).ToList().ForEach(e => processor.Process(e));
        var error = Assert.Throws<MySqlProtocolException>(() => processor.Process(events[3]));
        Assert.Equal(("binlog.000007", log.Offsets[3]), (error.Origin, (int)error.Offset));
        Assert.Contains("201", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Incident_stops()
    {
        using var processor = Create([], 100);
        Begin(processor);
        Assert.Throws<BinlogUnavailableException>(() => processor.Process(EventFeed.Artificial(26, [1, 0, 0])));
    }

    [Fact]
    public async Task Rows_without_a_table_map_in_this_stream_are_an_error()
    {
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00")));
        var events = EventFeed.Events(log.ToArray());
        using var processor = Create(await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales"), 100);
        Begin(processor);
        await EventFeed.FeedAsync(processor, events.Take(5), new CollectingOutput());
        Begin(processor);
        var error = await Assert.ThrowsAsync<MySqlProtocolException>(() => EventFeed.FeedAsync(processor, [.. events.Take(4), events[5]], new CollectingOutput()));
        Assert.Contains("TABLE_MAP", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changed_definition_names_the_column_and_both_types()
    {
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00")));
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        var wider = new BinlogTable("appdb", "sales", [0], BinlogColumn.BigInt("id"), BinlogColumn.Decimal("price", 12, 2));
        Assert.Contains("column \"price\" was decimal(10,2) and is decimal(12,2)", await Fail(wider), StringComparison.Ordinal);
        var nullable = new BinlogTable("appdb", "sales", [0], BinlogColumn.BigInt("id"), BinlogColumn.Decimal("price", 10, 2) with { Nullable = true });
        Assert.Contains("NOT NULL", await Fail(nullable), StringComparison.Ordinal);
        var renamed = new BinlogTable("appdb", "sales", [0], BinlogColumn.BigInt("id"), BinlogColumn.Decimal("amount", 10, 2));
        Assert.Contains("the log lacks column \"price\"; it has \"id\", \"amount\"", await Fail(renamed), StringComparison.Ordinal);
        var more = new BinlogTable("appdb", "sales", [0], BinlogColumn.BigInt("id"), BinlogColumn.Decimal("price", 10, 2), BinlogColumn.Int("qty"));
        Assert.Contains("the log adds \"qty\"", await Fail(more), StringComparison.Ordinal);
        var key = new BinlogTable("appdb", "sales", [1, 0], BinlogColumn.BigInt("id"), BinlogColumn.Decimal("price", 10, 2));
        Assert.Contains("primary key was (id) and is (price, id)", await Fail(key), StringComparison.Ordinal);

        async Task<string> Fail(BinlogTable table)
        {
            var changed = new BinlogBuilder();
            changed.Transaction(t => t.TableMap(table, 5));
            using var processor = Create(captures, 100);
            processor.BeginFile("binlog.000001");
            return (await Assert.ThrowsAsync<SchemaMismatchException>(() => EventFeed.FeedAsync(processor, EventFeed.Events(changed.ToArray()), new CollectingOutput()))).Message;
        }
    }

    [Theory]
    [InlineData("ALTER TABLE sales ADD x INT", true)]
    [InlineData("/* c */ TRUNCATE /*!99999 TABLE */ `appdb`.`sales`", true)]
    [InlineData("DROP TABLE IF EXISTS x, appdb.SALES", true)]
    [InlineData("RENAME TABLE a TO b, `c` TO appdb . sales", true)]
    [InlineData("ALTER TABLE x RENAME TO sales", true)]
    [InlineData("ALTER TABLE x EXCHANGE PARTITION p WITH TABLE sales", true)]
    [InlineData("ALTER TABLE x CONVERT PARTITION p TO TABLE sales", true)]
    [InlineData("ALTER TABLE x CONVERT TABLE sales TO PARTITION p VALUES LESS THAN (5)", true)]
    [InlineData("DROP DATABASE appdb", true)]
    [InlineData("ALTER TABLE sales ADD INDEX (price), DROP PRIMARY KEY", true)]
    [InlineData("ALTER TABLE sales", true)]
    [InlineData("ALTER TABLE sales COMMENT 'x', ADD COLUMN y INT", true)]
    [InlineData("ALTER TABLE sales ADD UNIQUE KEY u (id, price), DROP INDEX v, RENAME INDEX a TO b, COMMENT = 'add column', ALGORITHM=INPLACE", false)]
    [InlineData("CREATE INDEX i ON sales (price)", false)]
    [InlineData("DROP TABLE salesx", false)]
    [InlineData("ALTER TABLE other.sales ADD x INT", false)]
    [InlineData("CREATE TABLE sales_2 LIKE sales", false)]
    [InlineData("DROP DATABASE appdb2", false)]
    [InlineData("CREATE VIEW v AS SELECT 'ALTER TABLE sales' FROM sales", false)]
    [InlineData("-- ALTER TABLE sales\nFLUSH TABLES", false)]
    [InlineData("ANALYZE TABLE sales", false)]
    [InlineData("GRANT SELECT ON appdb.sales TO x", false)]
    public async Task Statement_that_changes_a_captured_table_with_rows_stops(string sql, bool stops)
    {
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00"))).Ddl("appdb", sql);
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.sales");
        using var processor = Create(captures, 100);
        processor.BeginFile("binlog.000001");
        var error = await Record.ExceptionAsync(() => EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), new CollectingOutput()));
        Assert.Equal(stops, error is SchemaMismatchException);
        Assert.True(stops || error is null, error?.ToString());
    }

    [Theory]
    [InlineData(8, "TRUNCATE TABLE gr\u00F6\u00DFe")]
    [InlineData(8, "RENAME TABLE gr\u00F6\u00DFe TO x")]
    [InlineData(255, "ALTER TABLE gr\u00C3\u00B6\u00C3\u009Fe ADD x INT")]
    [InlineData(28, "TRUNCATE TABLE gr\u00FF")]
    public async Task Statement_of_a_client_in_any_character_set_stops(int collation, string bytes)
    {
        var table = new BinlogTable("appdb", "größe", [0], BinlogColumn.Int("id"));
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(table, [1L])).Gtid().Query("appdb", System.Text.Encoding.Latin1.GetBytes(bytes), 0, collation).EndGroup();
        var captures = await EventFeed.CapturesAsync(log.ToArray(), "appdb.größe");
        using var processor = Create(captures, 100);
        processor.BeginFile("binlog.000001");
        await Assert.ThrowsAsync<SchemaMismatchException>(() => EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), new CollectingOutput()));
    }

    [Theory]
    [InlineData("SELECT `appdb`.`f`('secret')", "SELECT appdb.f(")]
    [InlineData("UPDATE mysql.a, sales SET x = 1", "UPDATE mysql.a, sales SET x = 1")]
    [InlineData("CREATE TABLE t SELECT g()", "CREATE TABLE t SELECT g()")]
    public async Task Statement_that_is_not_known_to_be_harmless_is_refused_by_name(string sql, string named)
    {
        var log = new BinlogBuilder();
        log.Gtid().Query("appdb", "BEGIN").Query("appdb", sql).Query("appdb", "COMMIT").EndGroup();
        using var processor = Create([], 100);
        processor.BeginFile("binlog.000001");
        var error = await Assert.ThrowsAsync<BinlogUnavailableException>(() => EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), new CollectingOutput()));
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
    }

    private BinlogBuilder Mixed()
    {
        var log = new BinlogBuilder { EventSize = 80 };
        log.Transaction(t => t.Insert(_sales, BinlogFileSourceTests.Row(1, "1.00")));
        log.Transaction(t => t.Insert(_other, [1L, "{}"]).Update(_sales, (BinlogFileSourceTests.Row(1, "1.00"), BinlogFileSourceTests.Row(1, "2.00"))));
        log.Transaction(t => t.Insert(_sales, [.. Enumerable.Range(2, 11).Select(i => BinlogFileSourceTests.Row(i, "3.00"))]));
        log.Ddl("appdb", "CREATE TABLE later (id INT)");
        log.Gtid().Query("", "BEGIN").Insert(_sales, BinlogFileSourceTests.Row(99, "9.99")).Query("", "ROLLBACK").EndGroup();
        log.Tag = "nightly";
        log.Transaction(t => t.Delete(_sales, BinlogFileSourceTests.Row(2, "3.00"), BinlogFileSourceTests.Row(3, "3.00")).Insert(_sales, BinlogFileSourceTests.Row(3, "0.00")));
        return log;
    }

    private static async Task<CollectingOutput> RunAsync(TableCapture[] captures, List<byte[]> events, int[] connections, int heldRows)
    {
        var output = new CollectingOutput();
        using var processor = Create(captures, heldRows);
        foreach (var end in connections)
        {
            Begin(processor);
            await EventFeed.FeedAsync(processor, events.Take(end), output);
        }

        await processor.FlushAsync(output, idle: true, default);
        return output;
    }

    private static void Begin(BinlogEventProcessor processor)
    {
        processor.BeginStream("test", checksum: true);
        processor.Process(EventFeed.Rotate("binlog.000001"));
    }

    private static BinlogEventProcessor Create(TableCapture[] captures, int heldRows) => new(new BinlogProcessorOptions
    {
        Tables = captures,
        StartsEmpty = true,
        HeldRows = heldRows,
        Limits = new EpochLimits(int.MaxValue, TimeSpan.FromDays(1)),
    });

    private static byte[] Query(string sql) => [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(sql)];

    private static byte[] Renumbered()
    {
        var log = new BinlogBuilder { NextNumber = 2 };
        log.Gtid();
        var gtid = EventFeed.Events(log.ToArray())[2];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(gtid.AsSpan(13), uint.MaxValue - 100);
        log.RepairChecksum(gtid);
        return gtid;
    }
}
