namespace CdcLake.Iceberg.Tables;

/// <summary>Where a row lies.</summary>
/// <param name="File">Ordinal of the data file among the sink's files.</param>
/// <param name="Position">Row number in the file, from 0.</param>
internal readonly record struct RowLocation(int File, uint Position)
{
    /// <summary>No row.</summary>
    public static RowLocation None => new(-1, 0);

    /// <summary>No row any more: what is said elsewhere of the key counts no longer.</summary>
    public static RowLocation Removed => new(-2, 0);

    /// <summary>True for <see cref="None"/> and <see cref="Removed"/>.</summary>
    public bool IsNone => File < 0;
}
