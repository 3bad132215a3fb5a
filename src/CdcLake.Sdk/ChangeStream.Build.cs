using System.Text.RegularExpressions;
using CdcLake.Connectors;
using CdcLake.Planning;
using CdcLake.Planning.Streams;
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
    /// <exception cref="ArgumentException">The name is not a slug.</exception>
    /// <exception cref="UnsupportedExpressionException">A lambda uses C# that cannot be translated; the message prints the sub-expression and a hint.</exception>
    /// <exception cref="InvalidOperationException">There is no sink, the tables belong to different sources, or the graph was built already.</exception>
    public Pipeline Build(string name, Action<PipelineOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!PipelineName.IsValid(name))
        {
            throw new ArgumentException(
                $"\"{name}\" is not a pipeline name. Use lower-case letters, digits and hyphens, starting with a letter or digit, at most 63: \"sales-by-product\".", nameof(name));
        }

        var options = new PipelineOptions();
        configure?.Invoke(options);
        options = options.Freeze();
        var plan = LogicalPlan.Build(Graph);
        var source = (MySqlSource)plan.Source;
        return new Pipeline(new PipelineDefinition(
            name, plan, () => source.Open(name, options), [.. plan.SinkTargets.Select(t => ((ISinkTarget)t).Open)], options));
    }
}

/// <summary>What a slug looks like.</summary>
internal static partial class PipelineName
{
    public static bool IsValid(string name) => Slug().IsMatch(name);

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,62}$", RegexOptions.CultureInvariant)]
    private static partial Regex Slug();
}

/// <summary>What a <c>To…</c> call names: something that opens a sink for each run.</summary>
internal interface ISinkTarget
{
    ISink Open();
}
