using CdcLake.Connectors;
using CdcLake.MySql.Binlog;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>A table is altered while some of its columns are read.</summary>
public sealed class AlteredTableTests
{
    private static readonly BinlogColumn A = BinlogColumn.VarChar("a", 40) with { Nullable = true };
    private static readonly BinlogColumn C = BinlogColumn.Int("c") with { Nullable = true };
    private static readonly BinlogTable Before = new("d", "t", [0], BinlogColumn.Int("id"), A, BinlogColumn.Int("b"), C);

    [Fact]
    public async Task Columns_that_are_read_are_found_by_name_wherever_they_stand()
    {
        var after = new BinlogTable("d", "t", [1], BinlogColumn.VarChar("new", 40), BinlogColumn.Int("ID"), C, A with { Name = "last" }, A);
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(Before, [1L, "x", 2L, 3L]))
            .Ddl("d", "ALTER TABLE t DROP b, ADD new TEXT FIRST, ADD COLUMN last TEXT, MODIFY b BIGINT AFTER c")
            .Transaction(t => t.Insert(after, ["n", 2L, 30L, "l", "y"], ["n", 3L, null, null, null]).Delete(after, ["n", 2L, 30L, "l", "y"]));
        var (output, error) = await RunAsync(log, "c", "a", "id");
        Assert.Null(error);
        Assert.Equal(["0+1|x|3", "0+2|y|30", "0+3|NULL|NULL", "0-2|y|30"], output.Rows);
    }

    [Theory]
    [InlineData("ALTER TABLE t DROP COLUMN b, ADD COLUMN d INT DEFAULT 5", false)]
    [InlineData("ALTER TABLE t CHANGE b e BIGINT NOT NULL FIRST", false)]
    [InlineData("ALTER TABLE t CHANGE b a BIGINT NOT NULL FIRST", true)]
    [InlineData("ALTER TABLE t RENAME COLUMN b TO d", false)]
    [InlineData("ALTER TABLE t RENAME COLUMN A TO d", true)]
    [InlineData("ALTER TABLE t MODIFY b BIGINT, MODIFY a TEXT", true)]
    [InlineData("ALTER TABLE t MODIFY `\u00C3\u00A4` BIGINT", true)]
    [InlineData("ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (b)", true)]
    [InlineData("ALTER TABLE t ADD x INT KEY", true)]
    [InlineData("ALTER TABLE t CONVERT TO CHARACTER SET latin1", true)]
    [InlineData("ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", false)]
    [InlineData("ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (b) REFERENCES u (id) ON DELETE CASCADE", true)]
    [InlineData("ALTER TABLE t DROP PARTITION p", true)]
    [InlineData("ALTER TABLE t ADD PARTITION (PARTITION p VALUES LESS THAN (9))", false)]
    public async Task Only_what_is_read_matters(string sql, bool stops)
    {
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(Before, [1L, "x", 2L, 3L])).Gtid().Query("d", System.Text.Encoding.Latin1.GetBytes(sql), 0, 255).EndGroup();
        var (output, error) = await RunAsync(log, "id", "a");
        Assert.Equal(["0+1|x"], output.Rows);
        Assert.Equal(stops, error is SchemaMismatchException);
        Assert.True(stops || error is null, error?.ToString());
    }

    [Fact]
    public async Task Change_of_what_a_read_column_is_computed_from_stops()
    {
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(Before, [1L, "x", 2L, 3L])).Ddl("d", "ALTER TABLE t MODIFY b SMALLINT");
        var (_, error) = await RunAsync(log, c => c with { Table = c.Table with { Generated = new HashSet<int> { 0 } } }, "id", "a");
        Assert.IsType<SchemaMismatchException>(error);
    }

    private static Task<(CollectingOutput Output, Exception? Error)> RunAsync(BinlogBuilder log, params string[] columns) => RunAsync(log, c => c, columns);

    private static async Task<(CollectingOutput Output, Exception? Error)> RunAsync(BinlogBuilder log, Func<TableCapture, TableCapture> change, params string[] columns)
    {
        var table = (await EventFeed.CapturesAsync(log.ToArray(), "d.t"))[0].Table;
        var capture = TableCapture.Of(table, [.. columns.Select(table.Schema.IndexOf).Order()]);
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions { Tables = [change(capture)], StartsEmpty = true });
        processor.BeginFile("binlog.000001");
        var output = new CollectingOutput();
        var error = await Record.ExceptionAsync(() => EventFeed.FeedAsync(processor, EventFeed.Events(log.ToArray()), output));
        processor.DiscardOpen();
        await processor.FlushAsync(output, idle: true, default);
        return (output, error);
    }
}
