using CdcLake.Iceberg.Tables;

namespace CdcLake.Iceberg.Catalogs;

/// <summary>What a catalog says about a commit. Only <see cref="Conflict"/> allows the files of the attempt to be removed.</summary>
internal abstract record CommitOutcome
{
    private CommitOutcome()
    {
    }

    /// <summary>Visible to every reader, and durable.</summary>
    /// <param name="Tables">The new versions, in the order of the commits.</param>
    public sealed record Committed(IReadOnlyList<CatalogTable> Tables) : CommitOutcome;

    /// <summary>Somebody else was there first: nothing was committed, and nothing will be.</summary>
    /// <param name="Table">The first table whose requirements did not hold.</param>
    /// <param name="Reason">A clause about it: <c>its schema was altered</c>.</param>
    public sealed record Conflict(TableIdentifier Table, string Reason) : CommitOutcome;

    /// <summary>The question was put, the answer was lost: load the tables and look. Their files must stay.</summary>
    /// <param name="Cause">What happened to the answer.</param>
    public sealed record Unknown(CdcLakeException Cause) : CommitOutcome;
}
