namespace CdcLake.Connectors;

/// <summary>
/// The end of an epoch: one or more whole source transactions, all of whose changes came before it. It travels in-band on every channel.
/// </summary>
/// <param name="Position">What the source includes after this epoch.</param>
/// <param name="CommitTime">Commit time at the source of the newest transaction in it.</param>
/// <param name="IsCompleteResult">
/// True when the changes since the stream began are the whole content of the tables at <paramref name="Position"/> (an initial snapshot):
/// a sink that already holds older rows replaces them by this content in one commit.
/// </param>
internal sealed record Epoch(SourcePosition Position, DateTimeOffset CommitTime, bool IsCompleteResult = false);
