using CdcLake.Columnar;

namespace CdcLake.Parquet.Format;

// FileMetaData:   1 version, 2 schema, 3 num_rows, 4 row_groups, 5 key_value_metadata, 6 created_by, 7 column_orders
// SchemaElement:  1 type, 2 type_length, 3 repetition (0 required, 1 optional), 4 name, 5 num_children, 6 converted_type, 7 scale, 8 precision,
//                 9 field_id, 10 logicalType
// RowGroup:       1 columns, 2 total_byte_size, 3 num_rows, 5 file_offset, 6 total_compressed_size, 7 ordinal
// ColumnChunk:    2 file_offset, 3 meta_data, 4/5 offset index offset and length, 6/7 column index offset and length
// ColumnMetaData: 1 type, 2 encodings, 3 path, 4 codec, 5 num_values, 6 uncompressed size, 7 compressed size, 9 data_page_offset,
//                 11 dictionary_page_offset, 12 statistics, 13 encoding_stats, 14/15 Bloom filter offset and length
// Statistics:     3 null_count, 5 max_value, 6 min_value, 7/8 is_max/min_value_exact, 9 nan_count
// Source: parquet.thrift.

/// <summary>Writes the footer struct of a file of flat columns and variants.</summary>
internal static class FooterWriter
{
    /// <summary>Parsers of other readers look for exactly this shape to decide on work-arounds.</summary>
    /// <summary>Name and version of this library, as readers look for it to work around defects.</summary>
    public const string CreatedBy = "cdclake-sdk version 0.1.0 (build 0)";

    private const int FormatVersion = 1;

    public static void Write(
        CompactWriter writer,
        IReadOnlyList<ParquetColumn> columns,
        IReadOnlyList<RowGroupFooter> rowGroups,
        IReadOnlyList<KeyValuePair<string, string>> keyValues)
    {
        writer.BeginStructElement();
        writer.WriteI32(1, FormatVersion);
        WriteSchema(writer, columns);
        writer.WriteI64(3, rowGroups.Sum(group => group.Rows));
        writer.BeginList(4, CompactWriter.Struct, rowGroups.Count);
        for (var i = 0; i < rowGroups.Count; i++)
        {
            WriteRowGroup(writer, rowGroups[i], i);
        }

        if (keyValues.Count > 0)
        {
            writer.BeginList(5, CompactWriter.Struct, keyValues.Count);
            foreach (var (key, value) in keyValues)
            {
                writer.BeginStructElement();
                writer.WriteString(1, key);
                writer.WriteString(2, value);
                writer.EndStruct();
            }
        }

        writer.WriteString(6, CreatedBy);
        var leaves = columns.Sum(c => c.IsVariant ? VariantLeaves.Of(c).Count() : 1);
        writer.BeginList(7, CompactWriter.Struct, leaves);
        for (var i = 0; i < leaves; i++)
        {
            writer.BeginStructElement();
            writer.BeginStruct(1); // TYPE_ORDER
            writer.EndStruct();
            writer.EndStruct();
        }

        writer.EndStruct();
    }

    private static void WriteSchema(CompactWriter writer, IReadOnlyList<ParquetColumn> columns)
    {
        writer.BeginList(2, CompactWriter.Struct, columns.Sum(NodesOf) + 1);
        writer.BeginStructElement();
        writer.WriteString(4, "table");
        writer.WriteI32(5, columns.Count);
        writer.EndStruct();
        foreach (var column in columns)
        {
            if (column.IsVariant)
            {
                WriteVariant(writer, column);
            }
            else
            {
                WriteColumn(writer, column);
            }
        }
    }

    private static int NodesOf(ParquetColumn column) => !column.IsVariant ? 1 : column.Shredded is { } type ? 2 + NodesOf(type) : 3;

    /// <summary>Both parts of a place, and what is in them.</summary>
    private static int NodesOf(ShreddedType type) => 2 + type.Fields.Sum(f => 1 + NodesOf(f.Type));

    private static void WriteColumn(CompactWriter writer, ParquetColumn column)
    {
        writer.BeginStructElement();
        writer.WriteI32(1, (int)PhysicalTypes.Of(column.Type));
        if (PhysicalTypes.FixedLength(column.Type) is > 0 and var length)
        {
            writer.WriteI32(2, length);
        }

        writer.WriteI32(3, column.Required ? 0 : 1);
        writer.WriteString(4, column.Name);
        LogicalTypes.Write(writer, column.Type, column.FieldId);
        writer.EndStruct();
    }

    /// <summary>A group that may be null, of two columns that may not, or with typed values in the place of some. parquet-format/VariantEncoding.md, "Variant in Parquet".</summary>
    private static void WriteVariant(CompactWriter writer, ParquetColumn column)
    {
        writer.BeginStructElement();
        writer.WriteI32(3, column.Required ? 0 : 1);
        writer.WriteString(4, column.Name);
        writer.WriteI32(5, column.Shredded is null ? 2 : 3);
        LogicalTypes.WriteVariant(writer, column.FieldId);
        writer.EndStruct();
        WriteLeaf(writer, VariantLeaves.Metadata, DataType.Binary, isRequired: true);
        if (column.Shredded is { } type)
        {
            WritePlace(writer, type);
        }
        else
        {
            WriteLeaf(writer, VariantLeaves.Value, DataType.Binary, isRequired: true);
        }
    }

    private static void WritePlace(CompactWriter writer, ShreddedType type)
    {
        WriteLeaf(writer, VariantLeaves.Value, DataType.Binary, isRequired: false);
        if (type.Leaf is { } leaf)
        {
            WriteLeaf(writer, VariantLeaves.TypedValue, leaf, isRequired: false);
            return;
        }

        WriteGroup(writer, VariantLeaves.TypedValue, type.Fields.Count, isRequired: false);
        foreach (var field in type.Fields)
        {
            WriteGroup(writer, field.Text, 2, isRequired: true);
            WritePlace(writer, field.Type);
        }
    }

    private static void WriteGroup(CompactWriter writer, string name, int children, bool isRequired)
    {
        writer.BeginStructElement();
        writer.WriteI32(3, isRequired ? 0 : 1);
        writer.WriteString(4, name);
        writer.WriteI32(5, children);
        writer.EndStruct();
    }

    private static void WriteLeaf(CompactWriter writer, string name, DataType type, bool isRequired)
    {
        writer.BeginStructElement();
        writer.WriteI32(1, (int)PhysicalTypes.Of(type));
        if (PhysicalTypes.FixedLength(type) is > 0 and var length)
        {
            writer.WriteI32(2, length);
        }

        writer.WriteI32(3, isRequired ? 0 : 1);
        writer.WriteString(4, name);
        LogicalTypes.Write(writer, type, null);
        writer.EndStruct();
    }

    private static void WriteRowGroup(CompactWriter writer, RowGroupFooter group, int ordinal)
    {
        writer.BeginStructElement();
        writer.BeginList(1, CompactWriter.Struct, group.Chunks.Count);
        foreach (var chunk in group.Chunks)
        {
            WriteChunk(writer, chunk);
        }

        writer.WriteI64(2, group.Chunks.Sum(chunk => chunk.UncompressedSize));
        writer.WriteI64(3, group.Rows);
        writer.WriteI64(5, group.Offset);
        writer.WriteI64(6, group.Chunks.Sum(chunk => chunk.CompressedSize));
        if (ordinal <= short.MaxValue)
        {
            writer.WriteI16(7, ordinal);
        }

        writer.EndStruct();
    }

    private static void WriteChunk(CompactWriter writer, ChunkFooter chunk)
    {
        writer.BeginStructElement();
        writer.WriteI64(2, 0);
        writer.BeginStruct(3);
        writer.WriteI32(1, (int)PhysicalTypes.Of(chunk.Column.Type));
        WriteEncodings(writer, chunk);
        writer.BeginList(3, CompactWriter.Binary, chunk.Column.Groups.Count + 1);
        foreach (var group in chunk.Column.Groups)
        {
            writer.WriteBinaryElement(System.Text.Encoding.UTF8.GetBytes(group));
        }

        writer.WriteBinaryElement(System.Text.Encoding.UTF8.GetBytes(chunk.Column.Name));
        writer.WriteI32(4, (int)chunk.Codec);
        writer.WriteI64(5, chunk.ValueCount);
        writer.WriteI64(6, chunk.UncompressedSize);
        writer.WriteI64(7, chunk.CompressedSize);
        writer.WriteI64(9, chunk.DataOffset);
        if (chunk.DictionaryOffset is { } dictionary)
        {
            writer.WriteI64(11, dictionary);
        }

        WriteStatistics(writer, chunk.Statistics);
        WriteEncodingStatistics(writer, chunk);
        if (chunk.BloomFilterLength > 0)
        {
            writer.WriteI64(14, chunk.BloomFilterOffset);
            writer.WriteI32(15, chunk.BloomFilterLength);
        }

        writer.EndStruct();
        writer.WriteI64(4, chunk.OffsetIndexOffset);
        writer.WriteI32(5, chunk.OffsetIndexLength);
        if (chunk.ColumnIndexLength > 0)
        {
            writer.WriteI64(6, chunk.ColumnIndexOffset);
            writer.WriteI32(7, chunk.ColumnIndexLength);
        }

        writer.EndStruct();
    }

    private static void WriteEncodings(CompactWriter writer, ChunkFooter chunk)
    {
        var hasDictionary = chunk.DictionaryOffset is not null;
        writer.BeginList(2, CompactWriter.I32, hasDictionary ? 3 : 2);
        writer.WriteI32Element((int)PageEncoding.Plain);
        writer.WriteI32Element((int)PageEncoding.Rle);
        if (hasDictionary)
        {
            writer.WriteI32Element((int)PageEncoding.RleDictionary);
        }
    }

    private static void WriteStatistics(CompactWriter writer, ChunkStatistics statistics)
    {
        writer.BeginStruct(12);
        writer.WriteI64(3, statistics.Nulls);
        if (statistics is { Min: { } min, Max: { } max })
        {
            writer.WriteBinary(5, max);
            writer.WriteBinary(6, min);
            writer.WriteBool(7, statistics.MaxExact);
            writer.WriteBool(8, statistics.MinExact);
        }

        if (statistics.Nans is { } nans)
        {
            writer.WriteI64(9, nans);
        }

        writer.EndStruct();
    }

    private static void WriteEncodingStatistics(CompactWriter writer, ChunkFooter chunk)
    {
        Span<(PageType Page, PageEncoding Encoding, int Count)> all =
        [
            (PageType.Dictionary, PageEncoding.Plain, chunk.DictionaryOffset is null ? 0 : 1),
            (chunk.PageType, PageEncoding.RleDictionary, chunk.DictionaryEncodedPages),
            (chunk.PageType, PageEncoding.Plain, chunk.Pages.Count - chunk.DictionaryEncodedPages),
        ];
        var kinds = 0;
        foreach (var (_, _, count) in all)
        {
            kinds += count > 0 ? 1 : 0;
        }

        writer.BeginList(13, CompactWriter.Struct, kinds);
        foreach (var (page, encoding, count) in all)
        {
            if (count > 0)
            {
                writer.BeginStructElement();
                writer.WriteI32(1, (int)page);
                writer.WriteI32(2, (int)encoding);
                writer.WriteI32(3, count);
                writer.EndStruct();
            }
        }
    }
}
