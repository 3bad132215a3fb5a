using CdcLake.Columnar;

namespace CdcLake.Dataflow;

/// <summary>A cheap operator without state that makes at most one batch of one batch, and so runs inside the stage that produced it.</summary>
internal interface ITransform
{
    string Name { get; }

    /// <summary>Columns of what comes out.</summary>
    Schema Schema { get; }

    /// <summary>Takes ownership of the batch and gives it, or a new one; null when no row is left.</summary>
    ChangeBatch? Apply(ChangeBatch batch);
}
