namespace CdcLake;

/// <summary>
/// A pipeline has something that Flink SQL cannot say with the same meaning. Thrown by <see cref="Pipeline.ToFlinkSqlAsync"/>; the message names the construct, its place in the plan, the reason and
/// what to do. Nothing was submitted.
/// </summary>
public sealed class FlinkTranslationException : CdcLakeException
{
    internal FlinkTranslationException(string place, string construct, string reason)
        : base($"{place}: {construct} cannot be run by Flink: {reason}")
    {
        Place = place;
        Construct = construct;
    }

    /// <summary>Name of the operator in the plan, as <see cref="Pipeline.Explain"/> prints it.</summary>
    public string Place { get; }

    /// <summary>What was refused: a function, an operator, a type, a sink.</summary>
    public string Construct { get; }
}
