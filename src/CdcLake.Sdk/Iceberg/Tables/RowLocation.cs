namespace CdcLake.Iceberg.Tables;

/// <summary>Where a row lies.</summary>
/// <param name="File">Ordinal of the data file among the sink's files.</param>
/// <param name="Position">Row number in the file, from 0.</param>
internal readonly record struct RowLocation(int File, uint Position);
