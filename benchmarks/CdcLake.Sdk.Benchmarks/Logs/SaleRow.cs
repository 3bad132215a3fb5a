using System.Buffers.Binary;

namespace CdcLake.Benchmarks.Logs;

/// <summary>One row of sales.</summary>
/// <param name="Id">1 or more.</param>
/// <param name="ProductId">1 or more.</param>
/// <param name="Quantity">1 to 20.</param>
/// <param name="Cents">Price in hundredths.</param>
/// <param name="Milliseconds">Time of the sale since 1970.</param>
internal readonly record struct SaleRow(long Id, int ProductId, int Quantity, long Cents, long Milliseconds)
{
    /// <summary>The row's image in the log, 28 bytes: null bits, then the columns in order.</summary>
    public void WriteTo(Span<byte> image)
    {
        image[0] = 0;
        BinaryPrimitives.WriteInt64LittleEndian(image[1..], Id);
        BinaryPrimitives.WriteInt32LittleEndian(image[9..], ProductId);
        BinaryPrimitives.WriteInt32LittleEndian(image[13..], Quantity);
        BinaryPrimitives.WriteUInt32BigEndian(image[17..], 0x8000_0000 | (uint)(Cents / 100));
        image[21] = (byte)(Cents % 100);
        BinaryPrimitives.WriteUInt32BigEndian(image[22..], (uint)(Milliseconds / 1000));
        BinaryPrimitives.WriteUInt16BigEndian(image[26..], (ushort)(Milliseconds % 1000 * 10));
    }
}
