using CdcLake.Planning.Logical;
using CdcLake.Runtime;
using CdcLake.StarRocks;
using CdcLake.Testing.Lake;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing.Runs;

/// <summary>Everything beside the pipeline: MySQL, the lake, the store of checkpoints, StarRocks. Outlives its processes.</summary>
internal sealed class HarnessServers : IAsyncDisposable
{
    private HarnessServers(PipelineDefinition definition, PipelineHarnessOptions options, MemoryDatabase database, TimeProvider clock)
    {
        MySql = new MemoryServer(database);
        Lake = new MemoryLake(clock);
        Checkpoints = new MemoryObjectStore("memory://checkpoints/", clock);
        StarRocks = definition.Sinks.Any(s => s is StarRocksSinkTarget) ? new FakeStarRocks(o =>
        {
            o.Backends = 3; // as many as a table has replicas unless it says otherwise
            options.StarRocks?.Invoke(o);
        }) : null;
    }

    public MemoryServer MySql { get; }

    public MemoryDatabase Database => MySql.Database;

    public MemoryLake Lake { get; }

    public MemoryObjectStore Checkpoints { get; }

    /// <summary>Null for a pipeline without StarRocks targets.</summary>
    public FakeStarRocks? StarRocks { get; }

    /// <summary>Starts them with the tables that the pipeline reads and those that were declared; of a pipeline over a whole database the latter alone.</summary>
    public static HarnessServers Start(PipelineDefinition definition, PipelineHarnessOptions options, TimeProvider clock)
    {
        var tables = options.Tables.ToDictionary(t => t.Name, t => t.Copy(), StringComparer.Ordinal);
        foreach (var uses in LogicalOrder.InputsFirst(definition.Plan.Sinks).OfType<LogicalTable>().GroupBy(t => t.Table, StringComparer.Ordinal))
        {
            if (!tables.ContainsKey(uses.Key))
            {
                var types = uses.Select(u => u.Members?.Type).OfType<Type>().Distinct().ToList();
                tables.Add(uses.Key, types.Count > 0 ? RowTypeTable.Of(uses.Key, types) : throw new TableRowException(
                    TableRowError.UnknownTable,
                    $"The pipeline reads {uses.Key} without a row type: its columns come from MySQL, and nothing says here what they are. Declare it: o.CreateTable(\"CREATE TABLE {uses.Key} (…)\")."));
            }
        }

        var database = new MemoryDatabase(tables.Values);
        options.Fill(database, clock);
        return new HarnessServers(definition, options, database, clock);
    }

    public ValueTask DisposeAsync() => StarRocks?.DisposeAsync() ?? ValueTask.CompletedTask;
}
