namespace CdcLake.Parquet.Format;

/// <summary>The checksum of a page: CRC-32 as gzip uses it, over the bytes behind the page header.</summary>
internal static class PageCrc
{
    private const int Slices = 8;
    private static readonly uint[][] Tables = MakeTables();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var tables = Tables;
        while (bytes.Length >= Slices)
        {
            var low = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes) ^ crc;
            var high = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = tables[7][low & 0xFF] ^ tables[6][(low >> 8) & 0xFF] ^ tables[5][(low >> 16) & 0xFF] ^ tables[4][low >> 24]
                ^ tables[3][high & 0xFF] ^ tables[2][(high >> 8) & 0xFF] ^ tables[1][(high >> 16) & 0xFF] ^ tables[0][high >> 24];
            bytes = bytes[Slices..];
        }

        foreach (var b in bytes)
        {
            crc = tables[0][(crc ^ b) & 0xFF] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[Slices][];
        for (var slice = 0; slice < Slices; slice++)
        {
            tables[slice] = new uint[256];
            for (var i = 0u; i < 256; i++)
            {
                var crc = slice == 0 ? i : tables[slice - 1][i];
                for (var bit = 0; bit < 8; bit++)
                {
                    crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
                }

                tables[slice][i] = crc;
            }
        }

        return tables;
    }
}
