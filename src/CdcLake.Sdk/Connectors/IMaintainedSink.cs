namespace CdcLake.Connectors;

/// <summary>
/// A durable sink that looks after its target beside the stream: fewer and cleaner files for the same rows. It may do so while other calls are made; where both
/// want the target, they wait for each other.
/// </summary>
internal interface IMaintainedSink : ISink
{
    /// <summary>
    /// Works until cancelled. What fails without harm is reported and tried again later; an exception means that the sink is unusable.
    /// </summary>
    /// <param name="report">Gets each piece of work that was done, or the error that it met.</param>
    /// <param name="cancellationToken">Ends it soon; what was begun is removed again.</param>
    Task MaintainAsync(Action<SinkUpkeep> report, CancellationToken cancellationToken);
}

/// <summary>A piece of maintenance.</summary>
/// <param name="Files">Data files that were replaced.</param>
/// <param name="Rows">Rows that were written anew.</param>
/// <param name="Bytes">Bytes of the files that were written.</param>
/// <param name="Error">Why it was not done; null when it was.</param>
internal sealed record SinkUpkeep(int Files, long Rows, long Bytes, CdcLakeException? Error = null);
