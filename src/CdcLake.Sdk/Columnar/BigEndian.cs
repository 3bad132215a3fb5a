namespace CdcLake.Columnar;

/// <summary>Decimals as Parquet and Iceberg keep them: two's complement, most significant byte first.</summary>
internal static class BigEndian
{
    /// <summary>The number that 0 to 16 bytes hold.</summary>
    public static Int128 Read(ReadOnlySpan<byte> bytes)
    {
        Int128 value = !bytes.IsEmpty && bytes[0] >= 0x80 ? -1 : 0;
        foreach (var b in bytes)
        {
            value = (value << 8) | b;
        }

        return value;
    }
}
