namespace CdcLake.Iceberg.Tables;

/// <summary>Where a row lies.</summary>
/// <param name="File">Ordinal of the data file among the sink's files.</param>
/// <param name="Position">Row number in the file, from 0.</param>
internal readonly record struct RowLocation(int File, uint Position)
{
    /// <summary>No row.</summary>
    public static RowLocation None => new(-1, 0);

    /// <summary>True for <see cref="None"/>.</summary>
    public bool IsNone => File < 0;
}
