namespace CdcLake.Testing.MySql.Log;

/// <summary>Writes numbers in the forms that a log has them in.</summary>
internal static class BinlogNumbers
{
    /// <summary>In so many bytes, the lowest first.</summary>
    public static void Write(MemoryStream stream, UInt128 value, int size)
    {
        for (var i = 0; i < size; i++)
        {
            stream.WriteByte((byte)(value >> (8 * i)));
        }
    }

    /// <summary>In so many bytes, the highest first.</summary>
    public static void WriteBigEndian(MemoryStream stream, ulong value, int size)
    {
        for (var i = size - 1; i >= 0; i--)
        {
            stream.WriteByte((byte)(value >> (8 * i)));
        }
    }

    /// <summary>In one byte, or behind one that tells how many there are: lengths of the protocol, up to 24 bits.</summary>
    public static void WriteLenenc(MemoryStream stream, ulong value)
    {
        if (value < 0xFB)
        {
            stream.WriteByte((byte)value);
        }
        else
        {
            stream.WriteByte(value <= 0xFFFF ? (byte)0xFC : (byte)0xFD);
            Write(stream, value, value <= 0xFFFF ? 2 : 3);
        }
    }

    /// <summary>Number of trailing one bits of the first byte, plus one, is the byte count; the value lies in the bits above.</summary>
    public static void WriteVarlen(MemoryStream stream, ulong value)
    {
        var size = 1;
        while (size < 9 && value >> (7 * size) != 0)
        {
            size++;
        }

        if (size == 9)
        {
            stream.WriteByte(0xFF);
            Write(stream, value, 8);
            return;
        }

        Write(stream, (value << size) | ((1UL << (size - 1)) - 1), size);
    }
}
