using CdcLake.MySql.Gtids;

namespace CdcLake.MySql.StartPoints;

/// <summary>Where the log of a server is read from when nothing was captured before and no snapshot is wanted.</summary>
internal abstract record StartPoint
{
    /// <summary>What commits from now on.</summary>
    internal sealed record Latest : StartPoint;

    /// <summary>All that the log still has.</summary>
    internal sealed record Earliest : StartPoint;

    /// <param name="Set">Transactions that are not read.</param>
    internal sealed record AfterGtids(GtidSet Set) : StartPoint;

    /// <param name="File">File of the server's log.</param>
    /// <param name="Offset">End of a transaction in it.</param>
    internal sealed record AtPlace(string File, long Offset) : StartPoint;

    /// <param name="Time">By the clock of the server that committed.</param>
    internal sealed record AtTime(DateTimeOffset Time) : StartPoint;
}
