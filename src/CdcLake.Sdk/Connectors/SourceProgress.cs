namespace CdcLake.Connectors;

/// <summary>What a source is doing, for status displays.</summary>
/// <param name="Phase">Where in its life the source is.</param>
/// <param name="Detail">Short text: the table being read and rows so far, the file being read, or why it reconnects; null when there is nothing to add.</param>
/// <param name="Error">The transient error that made it reconnect, with <see cref="SourcePhase.Retrying"/>.</param>
/// <param name="Attempt">How many attempts in a row have failed, with an error.</param>
/// <param name="RetryIn">When it tries again, with an error.</param>
/// <param name="Server">The host that is read from; null where that is not known.</param>
internal sealed record SourceProgress(SourcePhase Phase, string? Detail = null, Exception? Error = null, int Attempt = 0, TimeSpan? RetryIn = null, string? Server = null);

/// <summary>Where in its life a source is.</summary>
internal enum SourcePhase
{
    Connecting,
    Snapshot,
    Streaming,
    Retrying,
}
