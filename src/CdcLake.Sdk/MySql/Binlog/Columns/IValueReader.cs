namespace CdcLake.MySql.Binlog.Columns;

/// <summary>
/// Turns the bytes of one fixed-width value into what a column holds. Implementations are structs, so that the loops over rows are compiled
/// once for each with the read inlined.
/// </summary>
internal interface IValueReader<T>
    where T : unmanaged
{
    /// <summary>Reads at <paramref name="at"/>; the caller has checked that the whole value lies inside the event.</summary>
    T Read(ref byte at);
}
