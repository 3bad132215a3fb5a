using CdcLake.Columnar;

namespace CdcLake.MySql.Binlog;

/// <summary>A batch that takes no more rows.</summary>
/// <param name="Table">Number of its table.</param>
/// <param name="Batch">Belongs to whoever has this.</param>
/// <param name="Whole">How many of its rows, the first ones, are of whole transactions.</param>
internal readonly record struct ClosedBatch(int Table, ChangeBatch Batch, int Whole)
{
    /// <summary>Copies the rows of whole transactions into one batch and the others into another, and gives the memory of this one back.</summary>
    public (ClosedBatch Whole, ChangeBatch Open) Split()
    {
        var whole = new ChangeBatch(Batch.Schema) { MovesReferences = Batch.MovesReferences };
        var open = new ChangeBatch(Batch.Schema) { MovesReferences = Batch.MovesReferences };
        for (var row = 0; row < Batch.Count; row++)
        {
            (row < Whole ? whole : open).AppendFrom(Batch, row, Batch.Weights[row]);
        }

        Batch.Dispose();
        return (new ClosedBatch(Table, whole, whole.Count), open);
    }
}
