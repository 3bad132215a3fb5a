using CdcLake.Columnar;

namespace CdcLake.Connectors;

/// <summary>A target whose rows can be read back, beside the sink that writes to it.</summary>
internal interface IComparableTarget : ISinkTarget
{
    /// <summary>The rows as readers see them now; null when nothing was committed yet.</summary>
    /// <param name="opening">What its sink is opened with.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CatalogException">The target is damaged, or another one.</exception>
    Task<ITargetRows?> OpenRowsAsync(SinkOpening opening, CancellationToken cancellationToken);
}

/// <summary>The rows of a target at one position, which stand still.</summary>
internal interface ITargetRows
{
    /// <summary>Properties of the position.</summary>
    IReadOnlyDictionary<string, string> Position { get; }

    /// <summary>All rows with the columns of the opening, in no particular order, as often as is wanted. Each batch belongs to the caller, who disposes it.</summary>
    IAsyncEnumerable<ChangeBatch> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Rows of the source as the target is to hold them, where it has no exact form of a value. The batch is used up; what is returned belongs to the caller.</summary>
    ChangeBatch AsHeld(ChangeBatch rows) => rows;
}
