using CdcLake.Planning.Logical;
using CdcLake.Runtime;

namespace CdcLake;

/// <content>The end of a chain: validation and freezing.</content>
public sealed partial class ChangeStream<T>
{
    /// <summary>
    /// Validates and freezes the whole graph that this stream belongs to, with the sinks of all its branches. Does no I/O: what depends on the tables' real columns
    /// is checked when the pipeline starts.
    /// </summary>
    /// <param name="name">
    /// Lower-case letters, digits and hyphens, at most 63. It names checkpoints and the markers in commits: keep it, and a restart goes on where the sinks stand.
    /// </param>
    /// <param name="configure">Changes the defaults of <see cref="PipelineOptions"/>.</param>
    /// <exception cref="ArgumentException">The name is not a slug, or an option has a value it does not take.</exception>
    /// <exception cref="SchemaMismatchException">The key of a sink is the same in every row.</exception>
    /// <exception cref="InvalidOperationException">There is no sink, the tables belong to different sources, or the graph was built already.</exception>
    public Pipeline Build(string name, Action<PipelineOptions>? configure = null)
    {
        PipelineName.Require(name);
        var options = new PipelineOptions();
        configure?.Invoke(options);
        options = options.Freeze();
        return new Pipeline(PipelineDefinition.Of(name, LogicalPlan.Create(Graph), options)).Attached();
    }
}
