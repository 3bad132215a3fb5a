using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Events;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>Tables of a database that come, go, change and are read beside its log.</summary>
public sealed class SelectedTablesTests
{
    private static readonly BinlogColumn Id = BinlogColumn.Int("id");
    private static readonly BinlogColumn V = BinlogColumn.Int("v") with { Nullable = true };
    private static readonly BinlogTable T = new("d", "t", [0], Id, V);
    private static readonly BinlogTable U = new("d", "u", [0], Id, BinlogColumn.VarChar("s", 80) with { Nullable = true });

    [Fact]
    public async Task Created_table_comes_with_its_first_row_as_the_log_describes_it()
    {
        var log = First().Ddl("d", "CREATE TABLE u LIKE elsewhere.x").Ddl("d", "ALTER TABLE u ADD s VARCHAR(20)");
        log.Transaction(t => t.Insert(T, [2L, 2L]).Insert(U, [1L, "one"]).Update(T, ([2L, 2L], [2L, 3L]))).Transaction(t => t.Delete(U, [1L, "one"]));
        var (output, processor) = await RunAsync(log);
        Assert.Null(processor.Interruption);
        Assert.Equal(["Added 1 d.u(id int32 not null, s string)"], output.Changes.Select(Print));
        Assert.Equal(["0+1|1", "0+2|2", "0-2|2", "0+2|3"], output.WholeRows.Where(r => r[0] == '0'));
        Assert.Equal(["1+1|one", "1-1|one"], output.WholeRows.Where(r => r[0] == '1'));
    }

    [Fact]
    public async Task Rows_of_other_tables_in_the_statement_that_brings_a_table_are_read()
    {
        var log = First().Ddl("d", "CREATE TABLE u (id INT PRIMARY KEY, s VARCHAR(20))").Gtid().Query("", "BEGIN").TableMap(T, 1).TableMap(U, 2);
        log.Rows(30, T, [[5L, 5L]]).Rows(30, U, [[5L, "five"]]).Xid();
        var (output, _) = await RunAsync(log);
        Assert.Equal(["0+1|1", "0+5|5", "1+5|five"], output.WholeRows.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("CREATE TABLE tmp_x (id INT PRIMARY KEY)")]
    [InlineData("CREATE TABLE other.u (id INT PRIMARY KEY)")]
    [InlineData("CREATE TEMPORARY TABLE u (id INT PRIMARY KEY)")]
    [InlineData("CREATE TABLE IF NOT EXISTS t (id INT PRIMARY KEY)")]
    [InlineData("RENAME TABLE tmp_a TO tmp_b")]
    [InlineData("DROP TABLE tmp_a, other.t")]
    [InlineData("TRUNCATE other.t")]
    [InlineData("ALTER TABLE t ADD INDEX (v)")]
    [InlineData("DROP DATABASE other")]
    public async Task Statement_passes(string statement)
    {
        var (output, processor) = await RunAsync(First().Ddl("d", statement).Transaction(t => t.Insert(T, [2L, 2L])));
        Assert.Null(processor.Interruption);
        Assert.Empty(output.Changes);
        Assert.Equal(["0+1|1", "0+2|2"], output.WholeRows);
    }

    [Theory]
    [InlineData("DROP TABLE IF EXISTS t", "Removed 0 d.t")]
    [InlineData("DROP DATABASE d", "Removed 0 d.t")]
    [InlineData("RENAME TABLE t TO other.t", "Removed 0 d.t")]
    [InlineData("ALTER TABLE t RENAME TO tmp_t", "Removed 0 d.t")]
    [InlineData("TRUNCATE t", "Truncated 0 d.t(id int32 not null, v int32)")]
    [InlineData("ALTER TABLE t ADD w INT", "Altered 0 d.t(id int32 not null, v int32, w int32)")]
    public async Task Change_is_followed_in_its_place(string statement, string expected)
    {
        var (output, processor) = await RunAsync(First().Ddl("d", statement));
        Assert.Null(processor.Interruption);
        Assert.Equal([expected], output.Changes.Select(Print));
        Assert.Equal(output.Epochs[0].Epoch.Position, output.Changes[0].Position);
        Assert.Equal(2, output.Epochs.Count);
    }

    [Theory]
    [InlineData("ALTER TABLE t MODIFY v VARCHAR(9)", "d.t")]
    [InlineData("ALTER TABLE t DROP PARTITION p", "d.t")]
    [InlineData("ALTER TABLE t EXCHANGE PARTITION p WITH TABLE tmp_x", "d.t")]
    [InlineData("ALTER TABLE t CONVERT PARTITION p TO TABLE u", "d.t d.u")]
    [InlineData("ALTER TABLE t CONVERT TABLE tmp_x TO PARTITION p VALUES LESS THAN (5)", "d.t")]
    [InlineData("RENAME TABLE tmp_x TO u", "d.u")]
    [InlineData("RENAME TABLE t TO u", "d.u")]
    [InlineData("RENAME TABLE t TO tmp_del, tmp_gho TO t", "d.t")]
    [InlineData("RENAME TABLE t TO a, tmp_x TO t, a TO b", "d.t d.b")]
    [InlineData("TRUNCATE T", "d.t")]
    [InlineData("DROP TABLE D.t", "d.t")]
    [InlineData("DROP DATABASE D", "d.t")]
    [InlineData("ALTER TABLE T DROP v", "d.t")]
    [InlineData("RENAME TABLE T TO D.u", "d.u d.t")]
    public async Task Log_is_left_before_what_it_does_not_tell(string statement, string tables)
    {
        var (output, processor) = await RunAsync(First().Ddl("d", statement).Transaction(t => t.Insert(T, [2L, 2L])));
        Assert.Equal(tables, string.Join(' ', processor.Interruption!.Tables));
        Assert.Equal(["0+1|1"], output.WholeRows);
        Assert.True(processor.AtTransactionEnd);
        var known = tables.Split(' ').Contains("d.t");
        await processor.LetGoAsync(output, default);
        Assert.Equal(known ? ["Interrupted 0 d.t"] : [], output.Changes.Select(Print));
        Assert.False(processor.IsStopped);
    }

    [Theory]
    [InlineData("TRUNCATE t")]
    [InlineData("ALTER TABLE t DROP v")]
    [InlineData("ALTER TABLE t RENAME TO tmp_x")]
    public async Task Log_is_left_before_what_a_session_does_to_a_table_that_may_be_its_temporary_one(string statement)
    {
        var log = First().Gtid().Event(2, EventBodies.Query("d", System.Text.Encoding.UTF8.GetBytes(statement), 0, 255), EventHeader.ThreadSpecific).EndGroup();
        var (output, processor) = await RunAsync(log);
        Assert.Equal(["d.t"], processor.Interruption!.Tables);
        Assert.Empty(output.Changes);
    }

    [Fact]
    public async Task Table_is_passed_over_until_it_is_added_again_and_read_from_there_on()
    {
        var log = First().Ddl("d", "ALTER TABLE t DROP PARTITION p").Transaction(t => t.Insert(T, [2L, 2L])).Ddl("d", "TRUNCATE t").Transaction(t => t.Insert(T, [3L, 3L]));
        var output = new CollectingOutput { FollowsChanges = true };
        using var processor = await NewAsync();
        var events = EventFeed.Events(log.ToArray());
        await UntilStoppedAsync(processor, events, output);
        var interrupted = processor.Interruption!.Transaction!.Value;
        await processor.LetGoAsync(output, default);
        processor.BeginFile("binlog.000001"); // the connection is another one
        await UntilStoppedAsync(processor, events, output);
        Assert.True(processor.Executed.Contains(interrupted));
        Assert.Equal(["0+1|1"], output.WholeRows);
        var capture = output.Changes[0].Before!;
        Assert.Equal(1, processor.AddTable(capture, isComplete: false));
        processor.Heed([capture.Table.Name]);
        log.Transaction(t => t.Insert(T, [4L, 4L]));
        processor.BeginFile("binlog.000001");
        await UntilStoppedAsync(processor, EventFeed.Events(log.ToArray()), output);
        Assert.Equal(["0+1|1", "1+4|4"], output.WholeRows);
    }

    [Theory]
    [InlineData("RENAME TABLE tmp_x TO u")]
    [InlineData("RENAME TABLE t TO u")]
    [InlineData("CREATE OR REPLACE TABLE u (id INT PRIMARY KEY)")]
    public async Task Table_that_came_and_is_gone_when_it_is_to_be_read_ends_the_log_once(string statement)
    {
        var log = First().Ddl("d", statement).Ddl("d", "RENAME TABLE u TO tmp_y").Transaction(t => t.Insert(T, [2L, 2L])).Ddl("d", "RENAME TABLE tmp_y TO u");
        var output = new CollectingOutput { FollowsChanges = true };
        using var processor = await NewAsync();
        await UntilStoppedAsync(processor, EventFeed.Events(log.ToArray()), output);
        var interruption = (await processor.LetGoAsync(output, default))!;
        Assert.Equal(["d.u"], interruption.Tables);
        processor.Forgo([KeyValuePair.Create("d.u", interruption.Transaction)]);
        processor.BeginFile("binlog.000001");
        await UntilStoppedAsync(processor, EventFeed.Events(log.ToArray()), output);
        Assert.Contains("tmp_y TO u", processor.Interruption!.Reason, StringComparison.Ordinal);
        Assert.NotEqual(interruption.Transaction, processor.Interruption.Transaction);
        Assert.Equal(statement.Contains("t TO", StringComparison.Ordinal) ? ["0+1|1"] : ["0+1|1", "0+2|2"], output.WholeRows);
    }

    [Fact]
    public async Task Table_that_is_another_one_in_the_log_than_it_was_planned_for_is_read_beside_it()
    {
        var other = new BinlogTable("d", "t", [0], Id, BinlogColumn.VarChar("v", 20));
        var (output, processor) = await RunAsync(First().Transaction(t => t.Insert(other, [2L, "two"])));
        Assert.Equal(["d.t"], processor.Interruption!.Tables);
        Assert.Equal(["0+1|1"], output.WholeRows);
    }

    [Fact]
    public async Task Epoch_ends_exactly_where_reading_is_to_stop()
    {
        var log = First().Transaction(t => t.Insert(T, [2L, 2L])).Transaction(t => t.Insert(T, [3L, 3L]));
        var events = EventFeed.Events(log.ToArray());
        var output = new CollectingOutput { FollowsChanges = true };
        using var whole = await NewAsync();
        await UntilStoppedAsync(whole, EventFeed.Events(First().Transaction(t => t.Insert(T, [2L, 2L])).ToArray()), new CollectingOutput());
        using var processor = await NewAsync();
        processor.StopAt(whole.Executed);
        await UntilStoppedAsync(processor, events, output);
        Assert.True(processor.IsStopped);
        Assert.Equal(whole.Executed, processor.Executed);
        Assert.Equal(["0+1|1", "0+2|2"], output.WholeRows);
        processor.StopAt(null);
        Assert.False(processor.IsStopped);
    }

    private static async Task<(CollectingOutput Output, BinlogEventProcessor Processor)> RunAsync(BinlogBuilder log)
    {
        var output = new CollectingOutput { FollowsChanges = true };
        var processor = await NewAsync();
        await UntilStoppedAsync(processor, EventFeed.Events(log.ToArray()), output);
        return (output, processor);
    }

    private static async Task UntilStoppedAsync(BinlogEventProcessor processor, IEnumerable<byte[]> events, CollectingOutput output)
    {
        foreach (var e in events.TakeWhile(_ => !processor.IsStopped))
        {
            await EventFeed.FeedAsync(processor, [e], output);
        }

        await processor.FlushAsync(output, idle: true, default);
    }

    private static async Task<BinlogEventProcessor> NewAsync()
    {
        var table = (await EventFeed.CapturesAsync(First().ToArray(), "d.t"))[0].Table;
        var processor = new BinlogEventProcessor(new BinlogProcessorOptions
        {
            Tables = [TableCapture.Whole(table)], FollowsInPlace = true, RereadsAfterStatements = true, RereadsOtherTables = true,
            Selection = new TableSelection("d") { Excluded = ["tmp_*"] },
        });
        processor.BeginFile("binlog.000001");
        return processor;
    }

    private static BinlogBuilder First()
    {
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(T, [1L, 1L]));
        return log;
    }

    private static string Print(TableChange change) => $"{change.Kind} {change.Table} {(change.After ?? change.Before)!.Table.Name}{change.After?.Schema}";
}
