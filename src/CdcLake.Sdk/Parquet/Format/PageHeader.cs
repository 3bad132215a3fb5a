using CdcLake.Compression;

namespace CdcLake.Parquet.Format;

// Field numbers: see PageHeaderWriter; DataPageHeaderV2 (8): 1 num_values, 2 num_nulls, 3 num_rows, 4 encoding,
// 5 definition_levels_byte_length, 6 repetition_levels_byte_length, 7 is_compressed (default true).

/// <summary>The header in front of a page.</summary>
/// <param name="Type">Kind of page.</param>
/// <param name="UncompressedSize">Bytes after decompression, levels included.</param>
/// <param name="CompressedSize">Bytes behind the header.</param>
/// <param name="Crc">CRC-32 of those bytes, or null when the writer gave none.</param>
/// <param name="Values">Rows of a data page, nulls included, or entries of a dictionary.</param>
/// <param name="Encoding">Number of the encoding of the values, as in the file.</param>
/// <param name="LevelsEncoding">Number of the encoding of definition levels (V1).</param>
/// <param name="DefinitionLength">Bytes of definition levels (V2).</param>
/// <param name="RepetitionLength">Bytes of repetition levels (V2).</param>
/// <param name="IsCompressed">False when the values of a V2 page are stored as they are.</param>
internal readonly record struct PageHeader(
    PageType Type,
    int UncompressedSize,
    int CompressedSize,
    uint? Crc,
    int Values,
    int Encoding,
    int LevelsEncoding,
    int DefinitionLength,
    int RepetitionLength,
    bool IsCompressed)
{
    /// <summary>Reads a header; <paramref name="length"/> receives its bytes.</summary>
    /// <exception cref="CorruptDataException">Not a header, or sizes are negative.</exception>
    public static PageHeader Read(ReadOnlySpan<byte> bytes, out int length)
    {
        var reader = new CompactReader(bytes, "Page header");
        var header = new PageHeader((PageType)(-1), -1, -1, null, 0, (int)PageEncoding.Plain, (int)PageEncoding.Rle, 0, 0, true);
        reader.BeginStruct();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    header = header with { Type = (PageType)reader.ReadI32() };
                    break;
                case 2:
                    header = header with { UncompressedSize = reader.ReadI32() };
                    break;
                case 3:
                    header = header with { CompressedSize = reader.ReadI32() };
                    break;
                case 4:
                    header = header with { Crc = (uint)reader.ReadI32() };
                    break;
                case 5:
                    ReadV1(ref reader, ref header);
                    break;
                case 7:
                    ReadDictionary(ref reader, ref header);
                    break;
                case 8:
                    ReadV2(ref reader, ref header);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        length = reader.Position;
        if (header.UncompressedSize < 0 || header.CompressedSize < 0 || header.Values < 0 || header.DefinitionLength < 0 || header.RepetitionLength < 0
            || (long)header.DefinitionLength + header.RepetitionLength > Math.Min(header.CompressedSize, header.UncompressedSize))
        {
            throw new CorruptDataException("Page header", 0, $"impossible sizes: {header}");
        }

        return header;
    }

    private static void ReadV1(ref CompactReader reader, ref PageHeader header)
    {
        var outer = reader.BeginStructField();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    header = header with { Values = reader.ReadI32() };
                    break;
                case 2:
                    header = header with { Encoding = reader.ReadI32() };
                    break;
                case 3:
                    header = header with { LevelsEncoding = reader.ReadI32() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.EndStruct(outer);
    }

    private static void ReadDictionary(ref CompactReader reader, ref PageHeader header)
    {
        var outer = reader.BeginStructField();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    header = header with { Values = reader.ReadI32() };
                    break;
                case 2:
                    header = header with { Encoding = reader.ReadI32() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.EndStruct(outer);
    }

    private static void ReadV2(ref CompactReader reader, ref PageHeader header)
    {
        var outer = reader.BeginStructField();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    header = header with { Values = reader.ReadI32() };
                    break;
                case 4:
                    header = header with { Encoding = reader.ReadI32() };
                    break;
                case 5:
                    header = header with { DefinitionLength = reader.ReadI32() };
                    break;
                case 6:
                    header = header with { RepetitionLength = reader.ReadI32() };
                    break;
                case 7:
                    header = header with { IsCompressed = reader.ReadBool() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.EndStruct(outer);
    }
}
