using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.Planning.Logical;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>Queries that are the sinks of one pipeline, held against the server's answers after its rows were read and after every transaction.</summary>
/// <param name="database">Where the tables are.</param>
/// <param name="name">Of the pipeline: of two with one name only one reads the log.</param>
internal sealed class QueriesBesideServer(MySqlDatabase database, string name)
{
    /// <summary>How often a query was compared.</summary>
    public int Pairs { get; private set; }

    /// <summary>The queries that differ after the first transaction where any does.</summary>
    /// <param name="queries">At least one.</param>
    /// <param name="transactions">Each with its statements.</param>
    public async Task<IReadOnlyList<ShownQuery>> RunAsync(IReadOnlyList<ShownQuery> queries, IEnumerable<IEnumerable<string>> transactions)
    {
        using var folder = new TemporaryFolder();
        var graph = new StreamGraph();
        foreach (var query in queries)
        {
            query.AddTo(graph);
        }

        await using var pipeline = new ChangeStream<object>(graph, queries[0].Query.Stream).Build(name, o => o.CheckpointFolder = folder["checkpoints"]);
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        var differing = await CompareAsync(queries, pipeline, running);
        foreach (var transaction in transactions)
        {
            if (differing.Count > 0)
            {
                break;
            }

            await database.ExecuteAsync([.. transaction]);
            differing = await CompareAsync(queries, pipeline, running);
        }

        await stop.CancelAsync();
        await running;
        return differing;
    }

    private async Task<IReadOnlyList<ShownQuery>> CompareAsync(IReadOnlyList<ShownQuery> queries, Pipeline pipeline, Task running)
    {
        using var limit = new CancellationTokenSource(ChildProcess.Limit);
        var reached = pipeline.WaitForGtidAsync(await database.Connection.GtidExecutedAsync(), cancellationToken: limit.Token);
        if (await Task.WhenAny(reached, running) == running)
        {
            await running; // its error says more
        }

        await reached;
        var differing = new List<ShownQuery>();
        foreach (var query in queries)
        {
            if (await query.DifferenceAsync(database) is not null)
            {
                differing.Add(query);
            }
        }

        Pairs += queries.Count;
        return differing;
    }
}
