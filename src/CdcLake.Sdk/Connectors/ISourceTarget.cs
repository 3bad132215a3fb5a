namespace CdcLake.Connectors;

/// <summary>
/// What the tables of a pipeline are taken from: opens a source for each run. Tables of the same object share one connection, one order of changes and one position.
/// </summary>
internal interface ISourceTarget
{
    /// <summary>A new source for one run; opens nothing yet.</summary>
    /// <param name="pipeline">Name of the pipeline, by which the source is known to its server.</param>
    /// <param name="clock">Source of all times.</param>
    ISource CreateSource(string pipeline, TimeProvider clock);

    /// <summary>The right to read as this pipeline; null for a source that any number of instances may read, such as files.</summary>
    /// <param name="pipeline">Name of the pipeline.</param>
    /// <param name="clock">Source of all times.</param>
    ILease? CreateLease(string pipeline, TimeProvider clock) => null;
}
