namespace CdcLake.MySql.Binlog.Columns;

/// <summary>Where the values of one column lie in a run: scratch that the decoders of a table share.</summary>
internal sealed class ValueSpans
{
    /// <summary>For each row the offset of the value's bytes.</summary>
    public int[] Offsets { get; } = new int[RowScanner.MaxRows];

    /// <summary>For each row the bytes of the value; 0 for null.</summary>
    public int[] Lengths { get; } = new int[RowScanner.MaxRows];

    /// <summary>For each row 1 for null.</summary>
    public byte[] Nulls { get; } = new byte[RowScanner.MaxRows];

    /// <summary>The bytes of one value.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> images, int row) => images.Slice(Offsets[row], Lengths[row]);
}
