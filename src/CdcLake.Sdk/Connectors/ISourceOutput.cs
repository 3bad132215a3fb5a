using CdcLake.Columnar;

namespace CdcLake.Connectors;

/// <summary>What a source pushes into. Calls come one at a time; awaiting them is the backpressure.</summary>
internal interface ISourceOutput
{
    /// <summary>Changes of one table inside the current epoch, in commit order with those of other tables. Ownership of the batch passes.</summary>
    ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken);

    /// <summary>All changes up to the epoch's position have been pushed. An epoch may be empty: then only the position moves.</summary>
    ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken);

    /// <summary>Observation only, cheap, any time: progress for status.</summary>
    void Report(SourceProgress progress);
}
