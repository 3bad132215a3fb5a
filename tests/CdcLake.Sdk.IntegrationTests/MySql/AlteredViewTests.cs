using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Views over tables that are altered while the pipeline runs, and while it does not: no other target says that the pipeline is the same.</summary>
public sealed class AlteredViewTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [ServerFact(TestServers.MySql)]
    public async Task View_follows_its_table_through_alterations()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "altered_view");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL)", "INSERT INTO t VALUES (1, 10), (2, 20)");
        await RunAsync(database, async view =>
        {
            Assert.Equal(["1 10", "2 20"], Lines(view));
            await database.ExecuteAsync("ALTER TABLE t ADD COLUMN c INT NOT NULL DEFAULT 5", "INSERT INTO t VALUES (3, 30, 6)");
            await view.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
            Assert.Equal(["1 10 5", "2 20 5", "3 30 6"], Lines(view));
        });

        await database.ExecuteAsync("ALTER TABLE t MODIFY v BIGINT NOT NULL, DROP COLUMN c", "UPDATE t SET v = 5000000000 WHERE id = 1", "DELETE FROM t WHERE id = 2");
        await RunAsync(database, view =>
        {
            Assert.Equal(["1 5000000000", "3 30"], Lines(view));
            return Task.CompletedTask;
        });
    }

    [ServerFact(TestServers.MySql)]
    public async Task Another_query_over_altered_tables_is_noticed()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "altered_query");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY, v INT NOT NULL)", "INSERT INTO t VALUES (1, 10), (2, 20)");
        await RunAsync(database, _ => Task.CompletedTask);
        await database.ExecuteAsync("ALTER TABLE t MODIFY v BIGINT NOT NULL");
        var view = new View<int, Row>("rows");
        await using var other = Build(database, view, 15);
        await Assert.ThrowsAsync<PlanChangedException>(() => other.RunAsync());
    }

    private static string[] Lines(View<int, Row> view) =>
        [.. view.Current.Select(r => string.Join(' ', r.Columns.Select(c => Convert.ToString(r[c], CultureInfo.InvariantCulture)))).Order(StringComparer.Ordinal)];

    private async Task RunAsync(MySqlDatabase database, Func<View<int, Row>, Task> look)
    {
        var view = new View<int, Row>("rows");
        await using var pipeline = Build(database, view, 0);
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        var seen = view.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
        await (await Task.WhenAny(seen, running));
        await look(view);
        await stop.CancelAsync();
        await running;
    }

    private Pipeline Build(MySqlDatabase database, View<int, Row> view, int above) => Pipeline
        .FromMySqlBinlog(new MySqlSource(database.ConnectionString).Table($"{database.Name}.t"))
        .Where(r => r.Get<long>("v") > above)
        .ToView(view, r => r.Get<int>("id"))
        .Build("altered-view", o => (o.CheckpointFolder, o.CheckpointInterval) = (_folder["checkpoints"], TimeSpan.FromMilliseconds(50)));
}
