using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Compares a database, which has a table <c>tick</c> with a counted key, with what a running pipeline made of it.</summary>
internal static class ReplicaComparison
{
    /// <summary>What differs once the pipeline has reached the server; empty when nothing does. A target that has no reason to commit shows an older position, from which a comparison would have to pass a definition: then it is made to commit.</summary>
    public static async Task<string> DifferencesAsync(Pipeline pipeline, Task running, MySqlDatabase database)
    {
        for (var attempt = 0; ; attempt++)
        {
            using var limit = new CancellationTokenSource(ChildProcess.Limit);
            await await Task.WhenAny(pipeline.WaitForGtidAsync(await database.Connection.GtidExecutedAsync(), cancellationToken: limit.Token), running);
            try
            {
                var report = await pipeline.VerifyAsync();
                if (attempt < 20 && report.Sinks.Any(s => s.NotComparedBecause is not null))
                {
                    await database.ExecuteAsync("INSERT INTO tick VALUES ()"); // a table that came is not committed yet
                    continue;
                }

                return string.Join("; ", report.Sinks.Where(s => s is not { DifferingRanges: 0, NotComparedBecause: null }).Select(s => $"{s.Name}: {s.NotComparedBecause}"));
            }
            catch (SchemaMismatchException error) when (error.IsTransient && attempt < 20)
            {
                await database.ExecuteAsync("INSERT INTO tick VALUES ()");
            }
        }
    }
}
