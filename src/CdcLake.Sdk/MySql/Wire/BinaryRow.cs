namespace CdcLake.MySql.Wire;

// Binary row:
//
//   size       field
//   1          0x00
//   (n+9)/8    null bitmap: bit (column + 2), least significant first
//   rest       values of the columns that are not NULL, in order
//
// Source: MySQL source documentation, "Binary Protocol Resultset Row".

/// <summary>Layout of the rows of an executed statement.</summary>
internal static class BinaryRow
{
    /// <summary>First byte of every row.</summary>
    public const byte Marker = 0x00;

    private const int BitmapOffset = 2;

    /// <summary>Offset of the first value.</summary>
    public static int ValuesAt(int columns) => 1 + BitmapLength(columns);

    /// <summary>Bytes of the null bitmap.</summary>
    public static int BitmapLength(int columns) => (columns + 7 + BitmapOffset) / 8;

    /// <summary>True when the column is NULL; <paramref name="row"/> is at least <see cref="ValuesAt"/> long.</summary>
    public static bool IsNull(ReadOnlySpan<byte> row, int column)
    {
        var bit = column + BitmapOffset;
        return (row[1 + (bit >> 3)] & (1 << (bit & 7))) != 0;
    }
}
