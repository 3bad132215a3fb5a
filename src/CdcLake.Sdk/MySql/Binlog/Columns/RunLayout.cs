namespace CdcLake.MySql.Binlog.Columns;

/// <summary>How a <see cref="RowScanner"/> located the rows of a run.</summary>
internal enum RunLayout : byte
{
    /// <summary>No NULLs and only fixed-width columns: a constant distance from row to row.</summary>
    Strided,

    /// <summary>No NULLs: the start of each segment of each row.</summary>
    Segments,

    /// <summary>Some NULLs: the offset of each column of each row.</summary>
    Columns,
}
