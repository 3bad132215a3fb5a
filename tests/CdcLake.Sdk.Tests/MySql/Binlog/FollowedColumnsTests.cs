using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Binlog.Events;

namespace CdcLake.Tests.MySql.Binlog;

/// <summary>A table of which everything is read is altered, and the stream says so in its place.</summary>
public sealed class FollowedColumnsTests
{
    private static readonly BinlogColumn Id = BinlogColumn.Int("id");
    private static readonly BinlogColumn A = BinlogColumn.VarChar("a", 80) with { Nullable = true };
    private static readonly BinlogColumn B = BinlogColumn.Int("b") with { Nullable = true };
    private static readonly BinlogTable Before = new("d", "t", [0], Id, A, B);

    [Theory]
    [InlineData("ADD n INT", "id, a, b, n int32 < 0 1 2 -1")]
    [InlineData("ADD n DECIMAL(9,2) FIRST, ADD m TEXT AFTER id", "n decimal(9, 2), id, m string, a, b < -1 0 -1 1 2")]
    [InlineData("DROP COLUMN a", "id, b < 0 2")]
    [InlineData("DROP a, ADD a INT", "id, b, a int32 < 0 2 -1")]
    [InlineData("RENAME COLUMN id TO k, RENAME COLUMN b TO id", "k, a, id < 0 1 2")]
    [InlineData("RENAME COLUMN b TO c, RENAME COLUMN a TO b", "id, b, c < 0 1 2")]
    [InlineData("RENAME COLUMN a TO b, RENAME COLUMN b TO a", "id, b, a < 0 1 2")]
    [InlineData("CHANGE a b TEXT FIRST, CHANGE b a INT NULL", "b, id, a < 1 0 2")]
    [InlineData("DROP a, CHANGE b a BIGINT, ADD b INT AFTER id", "id, b int32, a int64 < 0 -1 2")]
    [InlineData("RENAME COLUMN a TO c, DROP COLUMN c", null)]
    [InlineData("ADD n INT, ALTER n SET DEFAULT 5", null)]
    [InlineData("MODIFY b BIGINT FIRST", "b int64, id, a < 2 0 1")]
    [InlineData("MODIFY a VARCHAR(200), ADD INDEX (b), COMMENT 'x'", "id, a, b < 0 1 2")]
    [InlineData("CHANGE a z TEXT CHARACTER SET utf8mb4 AFTER b", "id, b, z < 0 2 1")]
    [InlineData("MODIFY a VARCHAR(10)", null)]
    [InlineData("MODIFY a VARCHAR(200) CHARACTER SET latin1", null)]
    [InlineData("MODIFY b BIGINT UNSIGNED", null)]
    [InlineData("MODIFY b INT NOT NULL", null)]
    [InlineData("MODIFY b VARCHAR(20)", null)]
    [InlineData("MODIFY id BIGINT", null)]
    [InlineData("ADD n INT DEFAULT 5", null)]
    [InlineData("ADD n INT NOT NULL", null)]
    [InlineData("ADD n TIMESTAMP", null)]
    [InlineData("ADD b INT", null)]
    [InlineData("ADD n INT AFTER missing", null)]
    [InlineData("RENAME COLUMN a TO \u00E9", null)]
    [InlineData("DROP COLUMN missing", null)]
    [InlineData("DROP COLUMN id", null)]
    [InlineData("RENAME TO u", null)]
    public async Task Columns_are_followed_where_rows_keep_their_values(string clauses, string? expected)
    {
        var (output, error, processor) = await RunAsync(First().Ddl("d", "ALTER TABLE t " + clauses));
        Assert.Null(error);
        Assert.Equal(["0+1|x|2"], output.WholeRows);
        Assert.Equal(expected is null, processor.Reread is not null);
        Assert.Equal(expected, output.Changes.Count == 0 ? null : Print(output.Changes[0]));
    }

    [Fact]
    public async Task Change_stands_between_what_came_before_and_its_own_transaction()
    {
        var after = new BinlogTable("d", "t", [0], Id, A, B, BinlogColumn.Int("n") with { Nullable = true });
        var log = First().Ddl("d", "ALTER TABLE t ADD n INT");
        log.Transaction(t => t.Insert(after, [2L, "y", null, 5L])).Transaction(t => t.Delete(after, [1L, "x", 2L, null]));
        var (output, error, processor) = await RunAsync(log);
        Assert.Null(error);
        Assert.Null(processor.Reread);
        Assert.Equal(["0+1|x|2", "0+2|y|NULL|5", "0-1|x|2|NULL"], output.WholeRows);
        Assert.Equal(2, output.Epochs.Count);
        Assert.Equal(output.Epochs[0].Epoch.Position, output.Changes[0].Position);
        Assert.Equal(1, output.Epochs[0].Rows);
    }

    [Fact]
    public async Task Table_that_became_something_else_than_the_statement_says_is_read_anew()
    {
        var other = new BinlogTable("d", "t", [0], Id, A, B, BinlogColumn.BigInt("n") with { Nullable = true });
        var log = First().Ddl("d", "ALTER TABLE t ADD n INT");
        log.Transaction(t => t.Insert(other, [2L, "y", null, 5L]));
        var (output, error, processor) = await RunAsync(log);
        Assert.Null(error);
        Assert.Contains("\"n\" was int and is bigint", processor.Reread, StringComparison.Ordinal);
        Assert.Equal(["0+1|x|2"], output.WholeRows);
    }

    [Fact]
    public async Task Table_that_may_be_a_temporary_one_is_read_anew()
    {
        var (output, _, processor) = await RunAsync(First().Gtid().Event(2, EventBodies.Query("d", "ALTER TABLE t ADD n INT"u8.ToArray(), 0, 255), EventHeader.ThreadSpecific).EndGroup());
        Assert.NotNull(processor.Reread);
        Assert.Empty(output.Changes);
    }

    [Fact]
    public async Task Text_of_unknown_character_set_is_read_anew()
    {
        var log = First().Ddl("d", "ALTER TABLE t DEFAULT CHARACTER SET latin1").Ddl("d", "ALTER TABLE t MODIFY a VARCHAR(200)");
        var (output, _, processor) = await RunAsync(log);
        Assert.NotNull(processor.Reread);
        Assert.Empty(output.Changes);
    }

    private static async Task<(CollectingOutput Output, Exception? Error, BinlogEventProcessor Processor)> RunAsync(BinlogBuilder log)
    {
        var table = (await EventFeed.CapturesAsync(First().ToArray(), "d.t"))[0].Table with { Charset = "utf8mb4" };
        var capture = TableCapture.Of(table, [0, 1, 2]) with { ReadsAll = true, ChangesInPlace = true };
        using var processor = new BinlogEventProcessor(new BinlogProcessorOptions { Tables = [capture], FollowsInPlace = true, RereadsAfterStatements = true });
        processor.BeginFile("binlog.000001");
        var output = new CollectingOutput { FollowsChanges = true };
        var error = await Record.ExceptionAsync(async () =>
        {
            foreach (var e in EventFeed.Events(log.ToArray()).TakeWhile(_ => processor.Reread is null))
            {
                await EventFeed.FeedAsync(processor, [e], output);
            }
        });
        await processor.FlushAsync(output, idle: true, default);
        return (output, error, processor);
    }

    private static BinlogBuilder First()
    {
        var log = new BinlogBuilder();
        log.Transaction(t => t.Insert(Before, [1L, "x", 2L]));
        return log;
    }

    private static string Print(TableChange change) =>
        $"{string.Join(", ", change.After!.Schema.Fields.Select((f, i) => change.Former[i] >= 0 && change.Before!.Schema[change.Former[i]].Type == f.Type ? f.Name : $"{f.Name} {f.Type}"))} < {string.Join(' ', change.Former)}";
}
