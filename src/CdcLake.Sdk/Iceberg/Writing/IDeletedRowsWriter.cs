using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;

namespace CdcLake.Iceberg.Writing;

/// <summary>Names the rows that a commit deletes from data files which stay, in the form that the table's format has for it.</summary>
internal interface IDeletedRowsWriter
{
    /// <param name="touched">Complete data files that stay and lost rows since the last commit.</param>
    /// <param name="changes">Gets the delete files that come and go.</param>
    /// <param name="cancellationToken">Stops writing.</param>
    Task WriteAsync(List<LiveFile> touched, SnapshotChange changes, CancellationToken cancellationToken);
}
