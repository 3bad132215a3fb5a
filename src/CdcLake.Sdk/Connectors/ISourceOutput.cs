using CdcLake.Columnar;

namespace CdcLake.Connectors;

/// <summary>
/// What a source pushes into: epochs (<see cref="BeginEpochAsync"/>, changes, <see cref="EndEpochAsync"/>), and between two epochs changes of the tables themselves.
/// Calls come one at a time; awaiting them is the backpressure.
/// </summary>
internal interface ISourceOutput
{
    /// <summary>
    /// An epoch begins. May be left out for <see cref="EpochKind.Changes"/>: the first change or the end then begins it.
    /// </summary>
    ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken);

    /// <summary>
    /// Changes of one table inside the current epoch, in commit order with those of other tables. Ownership of the batch passes. Its schema is that of the table's
    /// version in force here: of <see cref="SourceStart.Tables"/>, or of the last <see cref="TableChangedAsync"/>. Rows of several tables may come in other portions than they were
    /// changed in, but for a batch with <see cref="ChangeBatch.MovesReferences"/>: no change that was made before it comes after it, or the other way round.
    /// </summary>
    ValueTask ChangesAsync(int table, ChangeBatch batch, CancellationToken cancellationToken);

    /// <summary>All changes up to the epoch's position have been pushed. An epoch may be empty: then only the position moves.</summary>
    ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken);

    /// <summary>
    /// A captured table has another definition from here on, was added, or is gone; only between two epochs, but for one that is added. What comes after it has the new definition; whoever
    /// cannot go on with it says so by an exception.
    /// </summary>
    /// <exception cref="SchemaMismatchException">The pipeline cannot follow this change; the message says which operator or sink, and what to do.</exception>
    ValueTask TableChangedAsync(TableChange change, CancellationToken cancellationToken);

    /// <summary>So many tables of a database are being read beside the log: what the source sends is not all there is, until they are added.</summary>
    void Await(int missingTables)
    {
    }

    /// <summary>Observation only, cheap, any time: progress for status.</summary>
    void Report(SourceProgress progress);
}
