namespace CdcLake.Parquet.Format;

// PageHeader: 1 type, 2 uncompressed size, 3 compressed size, 4 crc of the compressed bytes,
//             5 DataPageHeader {1 num_values, 2 encoding, 3 definition level encoding, 4 repetition level encoding},
//             7 DictionaryPageHeader {1 num_values, 2 encoding, 3 is_sorted},
//             8 DataPageHeaderV2 {1 num_values, 2 num_nulls, 3 num_rows, 4 encoding, 5 bytes of definition levels, 6 of repetition levels, 7 is_compressed}
// Source: parquet.thrift.

/// <summary>Writes the headers that stand before pages.</summary>
internal static class PageHeaderWriter
{
    public static void WriteDataPage(CompactWriter writer, int uncompressed, int compressed, uint crc, int rows, PageEncoding encoding)
    {
        WriteCommon(writer, PageType.DataV1, uncompressed, compressed, crc);
        writer.BeginStruct(5);
        writer.WriteI32(1, rows);
        writer.WriteI32(2, (int)encoding);
        writer.WriteI32(3, (int)PageEncoding.Rle);
        writer.WriteI32(4, (int)PageEncoding.Rle);
        writer.EndStruct();
        writer.EndStruct();
    }

    public static void WriteDataPageV2(CompactWriter writer, int uncompressed, int compressed, uint crc, DataPageV2 page, PageEncoding encoding)
    {
        WriteCommon(writer, PageType.DataV2, uncompressed, compressed, crc);
        writer.BeginStruct(8);
        writer.WriteI32(1, page.Rows);
        writer.WriteI32(2, page.Nulls);
        writer.WriteI32(3, page.Rows);
        writer.WriteI32(4, (int)encoding);
        writer.WriteI32(5, page.DefinitionBytes);
        writer.WriteI32(6, 0);
        writer.WriteBool(7, page.IsCompressed);
        writer.EndStruct();
        writer.EndStruct();
    }

    public static void WriteDictionaryPage(CompactWriter writer, int uncompressed, int compressed, uint crc, int values)
    {
        WriteCommon(writer, PageType.Dictionary, uncompressed, compressed, crc);
        writer.BeginStruct(7);
        writer.WriteI32(1, values);
        writer.WriteI32(2, (int)PageEncoding.Plain);
        writer.EndStruct();
        writer.EndStruct();
    }

    private static void WriteCommon(CompactWriter writer, PageType type, int uncompressed, int compressed, uint crc)
    {
        writer.Clear();
        writer.BeginStructElement();
        writer.WriteI32(1, (int)type);
        writer.WriteI32(2, uncompressed);
        writer.WriteI32(3, compressed);
        writer.WriteI32(4, (int)crc);
    }
}

/// <summary>What the header of a data page of version 2 says beyond that of version 1. No column repeats, so a value is a row.</summary>
/// <param name="Rows">Rows, nulls included.</param>
/// <param name="Nulls">Rows that are null.</param>
/// <param name="DefinitionBytes">Bytes of definition levels in front of the values.</param>
/// <param name="IsCompressed">False when the values are stored as they are.</param>
internal readonly record struct DataPageV2(int Rows, int Nulls, int DefinitionBytes, bool IsCompressed);
