namespace CdcLake.MySql.Binlog.Columns;

/// <summary>Where a column lies in the row images of a table.</summary>
/// <param name="Index">Its place among the columns that are read, in the order of the row.</param>
/// <param name="Segment">Segment of the row it lies in, see <see cref="RowScanner"/>.</param>
/// <param name="Distance">Bytes from the start of the segment.</param>
internal readonly record struct ColumnPlace(int Index, int Segment, int Distance);

/// <summary>How many bytes a column takes in a row image: a fixed number, or a length of one to four bytes and as many as it says.</summary>
/// <param name="Width">Bytes of a fixed-width value; 0 for the others.</param>
/// <param name="Prefix">Bytes of the length of a variable value; 0 for fixed ones.</param>
internal readonly record struct ImageSize(int Width, int Prefix);
