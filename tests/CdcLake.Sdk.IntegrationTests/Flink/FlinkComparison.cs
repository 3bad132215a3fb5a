using System.Diagnostics;
using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>Runs pipelines embedded and in Flink beside each other, and compares what both wrote with MySQL's answer.</summary>
/// <param name="gateway">Of the cluster.</param>
/// <param name="database">The shop's.</param>
/// <param name="folder">Takes both warehouses.</param>
/// <param name="patience">How long a table may take to settle.</param>
internal sealed class FlinkComparison(FlinkSqlGateway gateway, MySqlDatabase database, string folder, TimeSpan patience)
{
    /// <summary>As Flink connects: Java's driver does not take the authority of the lab's certificate from a PEM file.</summary>
    public string Server { get; init; } = FlinkCluster.MySql;

    /// <summary>Where Flink writes a shape's table; a folder unless a test says otherwise.</summary>
    public Func<FlinkShape, ComparedLake?> Elsewhere { get; init; } = _ => null;

    /// <returns>What is wrong; empty where nothing is.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<FlinkShape> shapes, FlinkShop shop, int transactions, Action<string> log)
    {
        await shop.FillAsync();
        var (embedded, warehouse) = (ComparedLake.Folder(Path.Combine(folder, "embedded")), ComparedLake.Folder(Path.Combine(folder, "flink")));
        ComparedLake FlinkOf(FlinkShape shape) => Elsewhere(shape) ?? warehouse;
        var (failures, jobs) = (new List<string>(), new List<(FlinkShape Shape, FlinkJob Job)>());
        using var stop = new CancellationTokenSource();
        var pipelines = shapes.Select(s => Build(s, embedded)).ToList();
        var running = pipelines.ConvertAll(p => p.RunAsync(stop.Token));
        foreach (var shape in shapes)
        {
            try
            {
                await using var pipeline = Build(shape, FlinkOf(shape));
                var script = await pipeline.ToFlinkSqlAsync(o => o.CheckpointInterval = TimeSpan.FromSeconds(1));
                jobs.Add((shape, await gateway.SubmitAsync(script)));
            }
            catch (CdcLakeException error)
            {
                failures.Add($"{shape.Name}: {error.Message}");
            }
        }

        for (var i = 0; i < transactions; i++)
        {
            await shop.TransactAsync();
        }

        var clock = Stopwatch.StartNew(); // for all together: those that settled while another one was waited for are asked once
        foreach (var (shape, job) in jobs)
        {
            var wrong = await SettledAsync(shape, job, FlinkOf(shape), clock);
            failures.AddRange(wrong);
            log(string.Create(CultureInfo.InvariantCulture, $"{shape.Name}: {(wrong.Count == 0 ? "the same" : "other rows")} in Flink after {clock.Elapsed.TotalSeconds:0.0} s"));
        }

        await Task.WhenAll(jobs.Select(j => j.Job.CancelAsync()));

        var gtid = await database.Connection.GtidExecutedAsync();
        for (var i = 0; i < shapes.Count; i++)
        {
            using var limit = new CancellationTokenSource(patience);
            await Task.WhenAny(pipelines[i].WaitForGtidAsync(gtid, cancellationToken: limit.Token), running[i]);
        }

        await stop.CancelAsync();
        for (var i = 0; i < shapes.Count; i++)
        {
            failures.AddRange(await ErrorAsync(shapes[i], running[i]));
            await pipelines[i].DisposeAsync();
            if (Answer.Difference(await shapes[i].ExpectedAsync(database), await shapes[i].RowsAsync(embedded)) is { } difference)
            {
                failures.Add($"{shapes[i].Name} embedded: {difference}");
            }
        }

        return failures;
    }

    private static async Task<string[]> ErrorAsync(FlinkShape shape, Task running)
    {
        try
        {
            await running;
            return [];
        }
        catch (CdcLakeException error)
        {
            return [$"{shape.Name} embedded: {error.Message}"];
        }
    }

    private async Task<IReadOnlyList<string>> SettledAsync(FlinkShape shape, FlinkJob job, ComparedLake lake, Stopwatch clock)
    {
        var expected = await shape.ExpectedAsync(database);
        string? difference;
        do
        {
            if (await job.GetStateAsync() is FlinkJobState.Failed)
            {
                return [$"{shape.Name}: the job failed: {string.Join("; ", await job.GetExceptionsAsync())}"];
            }

            difference = Answer.Difference(expected, await shape.RowsAsync(lake));
        }
        while (difference is not null && clock.Elapsed < patience);

        return difference is null ? [] : [$"{shape.Name} in Flink: {difference}\n{string.Join("; ", await job.GetExceptionsAsync())}"];
    }

    private Pipeline Build(FlinkShape shape, ComparedLake lake) => shape.Build(
        new ShopTables(new MySqlSource(Server), database.Name, Path.Combine(folder, "checkpoints")), lake.Table(shape.Name), Slug(shape.Name));

    private static string Slug(string name) => $"flink-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{name.Replace('_', '-')}";
}
