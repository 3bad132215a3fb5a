using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;
using CdcLake.Testing;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>What becomes of a table when a captured table gets another definition: ALTER TABLE, waited for; made anew where that does not lead there.</summary>
public sealed class StarRocksAlterationTests
{
    private const string Table = "analytics.items";

    public static TheoryData<string, string, string, string[]> Definitions => new()
    {
        { "2.4.0", "note string?", "ADD COLUMN `note` VARCHAR(1048576) NULL", ["id int(11) NOT NULL", "qty bigint(20) NOT NULL", "old varchar(1048576)", "note varchar(1048576)"] },
        { "3.3.5", "note string?, -old", "ADD COLUMN `note` VARCHAR(1048576) NULL, DROP COLUMN `old`", ["id int(11) NOT NULL", "qty bigint(20) NOT NULL", "note varchar(1048576)"] },
        { "3.3.5", "-old", "DROP COLUMN `old`", ["id int(11) NOT NULL", "qty bigint(20) NOT NULL"] },
        { "3.3.5", "qty uint64?", "MODIFY COLUMN `qty` LARGEINT NULL", ["id int(11) NOT NULL", "qty largeint(40)", "old varchar(1048576)"] },
        { "4.0.2", "qty int64?", "MODIFY COLUMN `qty` BIGINT NULL", ["id int(11) NOT NULL", "qty bigint(20)", "old varchar(1048576)"] },
        { "4.0.2", "qty string?", "MODIFY COLUMN `qty` VARCHAR(1048576) NULL", ["id int(11) NOT NULL", "qty varchar(1048576)", "old varchar(1048576)"] },
    };

    [Theory]
    [MemberData(nameof(Definitions))]
    public async Task Another_definition_is_followed_by_ALTER_TABLE_and_waited_for(string version, string change, string clauses, string[] columns)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await CommitAsync(server, Opening(Old, "plan 1", "shop-1"), 1, isComplete: false, [[1, 10L, "a"]]);
        var schema = Changed(change);
        await CommitAsync(server, Opening(schema, "plan 2", "shop-2"), 2, isComplete: true, [Row(schema, 1), Row(schema, 2)]);
        Assert.Contains($"ALTER TABLE `analytics`.`items` {clauses}", server.Statements);
        Assert.DoesNotContain(server.Statements, s => s.StartsWith("DROP TABLE", StringComparison.Ordinal));
        Assert.Equal("FINISHED", server.Execute("SHOW ALTER TABLE COLUMN FROM analytics WHERE TableName = 'items'")[0][2]);
        Assert.Equal(columns, server.Columns(Table));
        Assert.Equal(["1", "2"], server.Rows(Table).Select(r => r["id"]));
        Assert.Equal("2", await StarRocksPipeline.PositionAsync(server, Table));
        await CommitAsync(server, Opening(schema, "plan 2", "shop-2"), 3, isComplete: false, [Row(schema, 3)]);
        Assert.Equal("7 7 7", string.Join(' ', server.Rows(Table).Select(r => r["qty"])));
    }

    [Theory]
    [InlineData("qty string?", "qty int32", new[] { 0 })] // text to a number
    [InlineData("", "", new[] { 1, 0 })] // another key
    public async Task What_ALTER_TABLE_cannot_do_makes_the_table_anew(string before, string after, int[] key)
    {
        await using var server = new FakeStarRocks();
        await CommitAsync(server, Opening(Changed(before), "plan 1", "shop-1"), 1, isComplete: false, [Row(Changed(before), 1)]);
        var opening = new SinkOpening("scripted", Changed(after), key, TimeProvider.System, "plan 2", "shop-2");
        await CommitAsync(server, opening, 2, isComplete: true, [Row(Changed(after), 5)]);
        Assert.DoesNotContain(server.Statements, s => s.StartsWith("ALTER TABLE", StringComparison.Ordinal));
        Assert.Contains("DROP TABLE IF EXISTS `analytics`.`items`", server.Statements);
        Assert.Equal("5=7", StarRocksPipeline.Rows(server, Table));
    }

    [Theory]
    [InlineData("2.4.0")]
    [InlineData("3.3.5")]
    [InlineData("4.0.2")]
    public async Task A_change_that_was_interrupted_is_finished_by_the_next_run(string version)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        var wide = Changed("note string?");
        await CommitAsync(server, Opening(Old, "plan 1", "shop-1"), 1, isComplete: false, [[1, 10L, "a"]]);
        await Assert.ThrowsAsync<CatalogException>(() => CommitAsync(server, Opening(wide, "plan 2", "shop-1"), 2, isComplete: true, [Row(wide, 1)])); // the pipeline changed, not the table
        await Assert.ThrowsAsync<CatalogException>(() => CommitAsync(server, Opening(wide, "plan 2", "other-2"), 2, isComplete: true, [Row(wide, 1)])); // it reads other tables
        await using (var killed = StarRocksPipeline.Table(StarRocksPipeline.Cluster(server), Table).CreateSink())
        {
            await killed.OpenAsync(Opening(wide, "plan 2", "shop-2"), default);
            Assert.True(killed.NeedsCompleteResult);
            await killed.BeginEpochAsync(EpochKind.CompleteResult, default); // and no further
        }

        Assert.Equal("-", await StarRocksPipeline.PositionAsync(server, Table));
        server.Execute("ALTER TABLE analytics.items ADD COLUMN other INT NULL"); // still going on when the next run comes
        await CommitAsync(server, Opening(Changed("note string?, -old"), "plan 3", "shop-3"), 2, isComplete: true, [Row(Changed("note string?, -old"), 1)]);
        Assert.Equal(["id int(11) NOT NULL", "qty bigint(20) NOT NULL", "note varchar(1048576)", "other int(11)"], server.Columns(Table)); // a column of somebody else stays
        Assert.Equal("1=7", StarRocksPipeline.Rows(server, Table));
    }

    /// <summary>ALTER TABLE may not be run twice, and does not tell whether it was.</summary>
    [Theory]
    [InlineData(FakeStarRocksFault.DropBefore)]
    [InlineData(FakeStarRocksFault.DropAfter)]
    public async Task A_change_whose_answer_is_lost_is_made_once(FakeStarRocksFault fault)
    {
        await using var server = new FakeStarRocks();
        await CommitAsync(server, Opening(Old, "plan 1", "shop-1"), 1, isComplete: false, [[1, 10L, "a"]]);
        var isOver = false;
        server.StatementScript = s => !isOver && (isOver = s.StartsWith("ALTER TABLE", StringComparison.Ordinal)) ? fault : FakeStarRocksFault.None;
        var schema = Changed("note string?");
        await CommitAsync(server, Opening(schema, "plan 2", "shop-2"), 2, isComplete: true, [Row(schema, 1)]);
        Assert.Single(server.Execute("SHOW ALTER TABLE COLUMN FROM analytics"));
        Assert.Contains("note varchar(1048576)", server.Columns(Table));
        Assert.Equal("1=7", StarRocksPipeline.Rows(server, Table));
    }

    [Fact]
    public async Task A_change_waits_for_loads_that_began_before()
    {
        await using var server = new FakeStarRocks();
        var (alteration, loads) = await BesideAnOpenLoadAsync(server);
        using var _ = loads;
        var waiting = alteration(TimeSpan.FromMinutes(30)).RunAsync("ADD COLUMN `note` INT NULL", default);
        await Until(() => State(server) == "WAITING_TXN");
        Assert.False(waiting.IsCompleted);
        await loads.TransactionAsync("rollback", null, ("db", "analytics"), ("label", "slow"));
        await waiting;
        Assert.Contains("note int(11)", server.Columns(Table));
    }

    [Fact]
    public async Task A_change_that_takes_too_long_passes_and_one_that_is_cancelled_does_not()
    {
        await using var server = new FakeStarRocks();
        var (alteration, loads) = await BesideAnOpenLoadAsync(server);
        using var _ = loads;
        var late = await Assert.ThrowsAsync<StarRocksLoadException>(() => alteration(TimeSpan.FromSeconds(1)).RunAsync("ADD COLUMN `note` INT NULL", default));
        Assert.True(late.IsTransient);
        Assert.Contains("The change of the columns of StarRocks table analytics.items is still WAITING_TXN", late.Message, StringComparison.Ordinal);
        Assert.Contains("SHOW PROC '/transactions'", late.Message, StringComparison.Ordinal);
        server.Execute("CANCEL ALTER TABLE COLUMN FROM analytics.items");
        var waiting = alteration(TimeSpan.FromMinutes(30)).RunAsync("DROP COLUMN `qty`", default);
        await Until(() => State(server) == "WAITING_TXN");
        server.Execute("CANCEL ALTER TABLE COLUMN FROM analytics.items");
        var error = await Assert.ThrowsAsync<CatalogException>(() => waiting);
        Assert.Contains("StarRocks cancelled the change of table analytics.items (ALTER TABLE `analytics`.`items` DROP COLUMN `qty`): user cancelled", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsTransient);
    }

    private static readonly Schema Old = new([.. ScriptedSource.Columns.Fields, new Field("old", DataType.String, true)]);

    // "name type?" adds or changes a column, "-name" takes one away.
    private static Schema Changed(string change)
    {
        List<Field> fields = [.. Old.Fields];
        foreach (var part in change.Split(", ", StringSplitOptions.RemoveEmptyEntries))
        {
            var words = part.TrimStart('-').Split(' ');
            var at = fields.FindIndex(f => f.Name == words[0]);
            if (part[0] == '-')
            {
                fields.RemoveAt(at);
                continue;
            }

            var type = words[1].TrimEnd('?') switch { "string" => DataType.String, "uint64" => new DataType(TypeKind.UInt64), "int32" => DataType.Int32, _ => DataType.Int64 };
            var field = new Field(words[0], type, words[1].EndsWith('?'));
            if (at < 0)
            {
                fields.Add(field);
            }
            else
            {
                fields[at] = field;
            }
        }

        return new Schema([.. fields]);
    }

    private static object?[] Row(Schema schema, int id) => [.. schema.Fields.Select(f => f.Name switch
    {
        "id" => (object?)id,
        "qty" => f.Type.Kind switch { TypeKind.String => "7", TypeKind.UInt64 => (Int128)7, TypeKind.Int32 => 7, _ => 7L },
        _ => "x",
    })];

    private static SinkOpening Opening(Schema schema, string plan, string tables) => new("scripted", schema, [0], TimeProvider.System, plan, tables);

    private static async Task CommitAsync(FakeStarRocks server, SinkOpening opening, int position, bool isComplete, object?[][] rows)
    {
        await using var sinks = await FedSinks.OpenAsync(opening, StarRocksPipeline.Table(StarRocksPipeline.Cluster(server), Table));
        Assert.Equal(isComplete, sinks.Sinks[0].NeedsCompleteResult);
        await sinks.CommitAsync(position, isComplete ? EpochKind.CompleteResult : EpochKind.Changes, [.. rows.Select(r => (r, 1))]);
    }

    private static async Task<(Func<TimeSpan, TableAlteration> Alteration, HttpLoads Loads)> BesideAnOpenLoadAsync(FakeStarRocks server)
    {
        await StarRocksPipeline.RunAsync(server, [ScriptedEpoch.Insert(1, 10)], Table);
        var loads = new HttpLoads(server);
        await loads.TransactionAsync("begin", null, ("db", "analytics"), ("table", "items"), ("label", "slow"));
        var frontend = StarRocksPipeline.Cluster(server).Commits.Connection.Frontend;
        return (limit => new TableAlteration(frontend, TableName.Parse(Table), new Patience(new HastyClock(), limit).WaitAsync), loads);
    }

    // Asking moves a change on, so this looks only.
    private static string State(FakeStarRocks server) => server.Statements.Count(s => s.StartsWith("SHOW ALTER", StringComparison.Ordinal)) > 4 ? server.Execute("SHOW ALTER TABLE COLUMN FROM analytics WHERE TableName = 'items' ORDER BY JobId DESC LIMIT 1")[0][2]! : "";

    private static async Task Until(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!isSo())
        {
            await Task.Delay(1, limit.Token); // looks again: the time until then is the client's own
        }
    }
}
