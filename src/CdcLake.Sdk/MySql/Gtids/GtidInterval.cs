namespace CdcLake.MySql.Gtids;

/// <summary>Consecutive transaction numbers of one source and tag.</summary>
/// <param name="Start">First number, 1 or more.</param>
/// <param name="End">The number behind the last one; greater than <paramref name="Start"/>.</param>
/// <param name="Server">Of a domain of MariaDB the server that committed the last one, 0 where that is not known; else 0.</param>
internal readonly record struct GtidInterval(long Start, long End, uint Server = 0);
