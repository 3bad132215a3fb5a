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
    // Java's driver does not take the authority of the lab's certificate from a PEM file.
    private static string Server => Environment.GetEnvironmentVariable(TestServers.MySql)!;

    /// <returns>What is wrong; empty where nothing is.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(IReadOnlyList<FlinkShape> shapes, FlinkShop shop, int transactions, Action<string> log)
    {
        await shop.FillAsync();
        var (embedded, flink) = (Path.Combine(folder, "embedded"), Path.Combine(folder, "flink"));
        MakeOpen(flink);
        var (failures, jobs) = (new List<string>(), new List<(FlinkShape Shape, FlinkJob Job)>());
        using var stop = new CancellationTokenSource();
        var pipelines = shapes.Select(s => Build(s, embedded)).ToList();
        var running = pipelines.ConvertAll(p => p.RunAsync(stop.Token));
        foreach (var shape in shapes)
        {
            try
            {
                await using var pipeline = Build(shape, flink);
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

        foreach (var (shape, job) in jobs)
        {
            var clock = Stopwatch.StartNew();
            failures.AddRange(await SettledAsync(shape, job, flink));
            log(string.Create(CultureInfo.InvariantCulture, $"{shape.Name}: settled in Flink after {clock.Elapsed.TotalSeconds:0.0} s"));
            await job.CancelAsync();
        }

        var gtid = await database.Connection.GtidExecutedAsync();
        for (var i = 0; i < shapes.Count; i++)
        {
            using var limit = new CancellationTokenSource(patience);
            await Task.WhenAny(pipelines[i].WaitForGtidAsync(gtid, cancellationToken: limit.Token), running[i]);
        }

        await stop.CancelAsync();
        for (var i = 0; i < shapes.Count; i++)
        {
            await running[i];
            await pipelines[i].DisposeAsync();
            if (Answer.Difference(await shapes[i].ExpectedAsync(database), await shapes[i].RowsAsync(embedded)) is { } difference)
            {
                failures.Add($"{shapes[i].Name} embedded: {difference}");
            }
        }

        return failures;
    }

    private async Task<IReadOnlyList<string>> SettledAsync(FlinkShape shape, FlinkJob job, string warehouse)
    {
        var expected = await shape.ExpectedAsync(database);
        var clock = Stopwatch.StartNew();
        string? difference;
        do
        {
            if (await job.GetStateAsync() is FlinkJobState.Failed)
            {
                return [$"{shape.Name}: the job failed: {string.Join("; ", await job.GetExceptionsAsync())}"];
            }

            difference = Answer.Difference(expected, await shape.RowsAsync(warehouse));
        }
        while (difference is not null && clock.Elapsed < patience);

        return difference is null ? [] : [$"{shape.Name} in Flink: {difference}\n{string.Join("; ", await job.GetExceptionsAsync())}"];
    }

    private Pipeline Build(FlinkShape shape, string warehouse) => shape.Build(
        new ShopTables(new MySqlSource(Server), database.Name, Path.Combine(folder, "checkpoints")), IcebergCatalog.FileSystem(warehouse).Table($"demo.{shape.Name}"), Slug(shape.Name));

    private static string Slug(string name) => $"flink-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}-{name.Replace('_', '-')}";

    // Flink may run as another user.
    private static void MakeOpen(string warehouse)
    {
        Directory.CreateDirectory(warehouse);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(warehouse, (UnixFileMode)0x1FF);
        }
    }
}
