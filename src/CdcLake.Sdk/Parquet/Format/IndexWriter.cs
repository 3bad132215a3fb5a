namespace CdcLake.Parquet.Format;

// ColumnIndex: 1 null_pages, 2 min_values, 3 max_values, 4 boundary_order, 5 null_counts
// OffsetIndex: 1 page_locations { 1 offset, 2 compressed_page_size with header, 3 first_row_index }
// Source: parquet.thrift and parquet-format/PageIndex.md.

/// <summary>Writes the page indexes that stand between the last row group and the footer.</summary>
internal static class IndexWriter
{
    /// <summary>Writes the column index of a chunk. False, and nothing written: a page holds only NaN, which has no bounds.</summary>
    public static bool TryWriteColumnIndex(CompactWriter writer, ChunkFooter chunk)
    {
        foreach (var page in chunk.Pages)
        {
            if (page.Min is null && !page.IsNull)
            {
                return false;
            }
        }

        var pages = chunk.Pages;
        writer.BeginStructElement();
        writer.BeginList(1, CompactWriter.True, pages.Count);
        foreach (var page in pages)
        {
            writer.WriteBoolElement(page.IsNull);
        }

        writer.BeginList(2, CompactWriter.Binary, pages.Count);
        foreach (var page in pages)
        {
            writer.WriteBinaryElement(page.Min);
        }

        writer.BeginList(3, CompactWriter.Binary, pages.Count);
        foreach (var page in pages)
        {
            writer.WriteBinaryElement(page.Max);
        }

        writer.WriteI32(4, (int)TypeOrder.Of(chunk.Column.Type, pages));
        writer.BeginList(5, CompactWriter.I64, pages.Count);
        foreach (var page in pages)
        {
            writer.WriteI64Element(page.Nulls);
        }

        writer.EndStruct();
        return true;
    }

    public static void WriteOffsetIndex(CompactWriter writer, ChunkFooter chunk)
    {
        writer.BeginStructElement();
        writer.BeginList(1, CompactWriter.Struct, chunk.Pages.Count);
        foreach (var page in chunk.Pages)
        {
            writer.BeginStructElement();
            writer.WriteI64(1, chunk.DataOffset + page.Offset);
            writer.WriteI32(2, page.Length);
            writer.WriteI64(3, page.FirstRow);
            writer.EndStruct();
        }

        writer.EndStruct();
    }

    /// <summary>A Bloom filter with its header: 1 numBytes, 2 algorithm (1 split block), 3 hash (1 XXH64), 4 compression (1 none).</summary>
    public static void WriteBloomFilter(CompactWriter writer, byte[] bits)
    {
        writer.BeginStructElement();
        writer.WriteI32(1, bits.Length);
        for (var union = 2; union <= 4; union++)
        {
            writer.BeginStruct(union);
            writer.BeginStruct(1);
            writer.EndStruct();
            writer.EndStruct();
        }

        writer.EndStruct();
        writer.WriteRaw(bits);
    }
}
