using CdcLake.Flink.Sql;
using CdcLake.Planning.Binding;

namespace CdcLake;

/// <content>The way out: the same pipeline on a Flink cluster.</content>
public sealed partial class Pipeline
{
    /// <summary>
    /// The pipeline as Flink SQL with the same meaning: sources over mysql-cdc, one INSERT for each sink, in one job. What Flink does otherwise is made up for in the statements or listed in
    /// <see cref="FlinkSqlScript.Warnings"/>; what it cannot do is refused. Asks the server for the tables' columns; the pipeline need not run, and is not touched.
    /// </summary>
    /// <param name="configure">Changes the defaults of <see cref="FlinkSqlOptions"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="FlinkTranslationException">Flink cannot say something of it; the message names it, and its place in the plan.</exception>
    /// <exception cref="ArgumentException">An option has a value that it does not take.</exception>
    /// <exception cref="CdcLakeException">The server cannot be asked, or the tables do not fit the pipeline.</exception>
    public async Task<FlinkSqlScript> ToFlinkSqlAsync(Action<FlinkSqlOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        var options = new FlinkSqlOptions();
        configure?.Invoke(options);
        options = options.Freeze();
        var source = _definition.CreateSource();
        await using (source.ConfigureAwait(false))
        {
            var tables = await source.DescribeAsync(_definition.Plan.Tables, cancellationToken).ConfigureAwait(false);
            var plan = Planner.Bind(_definition.Plan, tables.ToDictionary(t => t.Name, StringComparer.Ordinal));
            return new ScriptWriter(_definition, plan, options).Write();
        }
    }
}
