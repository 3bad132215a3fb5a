using CdcLake.Compression;

namespace CdcLake.Parquet.Format;

// Field numbers: see FooterWriter.

/// <summary>Reads the footer struct and checks that what it says can be true of a file of this length.</summary>
internal static class FooterReader
{
    private const int Magic = 4;
    private const int Tail = 8; // footer length and magic

    /// <exception cref="CorruptDataException">Malformed or inconsistent; offsets are relative to the footer.</exception>
    public static ParquetFooter Read(ReadOnlySpan<byte> bytes, long fileLength)
    {
        var reader = new CompactReader(bytes, "Footer");
        var root = SchemaNode.Empty;
        List<SchemaLeaf> leaves = [];
        List<RowGroupLocation> groups = [];
        var keyValues = new Dictionary<string, string>(StringComparer.Ordinal);
        string? createdBy = null;
        var rows = -1L;
        var hasOrders = false;
        reader.BeginStruct();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 2:
                    (root, leaves) = SchemaReader.Read(ref reader);
                    break;
                case 3:
                    rows = reader.ReadI64();
                    break;
                case 4:
                    for (var n = reader.ReadList(CompactWriter.Struct); n > 0; n--)
                    {
                        groups.Add(ReadRowGroup(ref reader));
                    }

                    break;
                case 5:
                    for (var n = reader.ReadList(CompactWriter.Struct); n > 0; n--)
                    {
                        ReadKeyValue(ref reader, keyValues);
                    }

                    break;
                case 6:
                    createdBy = reader.ReadString();
                    break;
                case 7:
                    hasOrders = true;
                    reader.Skip();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        Check(rows, leaves, groups, fileLength);
        return new ParquetFooter(rows, root, leaves, groups, keyValues, createdBy) { HasColumnOrders = hasOrders };
    }

    private static void Check(long rows, List<SchemaLeaf> leaves, List<RowGroupLocation> groups, long fileLength)
    {
        Int128 sum = 0;
        foreach (var group in groups)
        {
            sum += group.Rows;
            if (group.Rows < 0 || group.TotalBytes < 0 || group.Chunks.Count != leaves.Count)
            {
                throw Corrupt($"a row group of {group.Rows} rows and {group.Chunks.Count} chunks for {leaves.Count} columns");
            }

            foreach (var chunk in group.Chunks)
            {
                if (chunk.IsEncrypted)
                {
                    continue; // refused when somebody asks for it
                }

                if (chunk.Values < 0 || chunk.Length < 0 || chunk.Offset < Magic || chunk.Length > fileLength - Tail - chunk.Offset)
                {
                    throw Corrupt($"a column chunk of {chunk.Values} values lies at {chunk.Offset} over {chunk.Length} of {fileLength} bytes");
                }
            }
        }

        if (sum != rows)
        {
            throw Corrupt($"{rows} rows in all, {sum} in the row groups");
        }
    }

    private static RowGroupLocation ReadRowGroup(ref CompactReader reader)
    {
        List<ChunkLocation> chunks = [];
        var rows = -1L;
        var bytes = 0L;
        var outer = reader.BeginStruct();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    for (var n = reader.ReadList(CompactWriter.Struct); n > 0; n--)
                    {
                        chunks.Add(ReadChunk(ref reader));
                    }

                    break;
                case 2:
                    bytes = reader.ReadI64();
                    break;
                case 3:
                    rows = reader.ReadI64();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.EndStruct(outer);
        return new RowGroupLocation(rows, bytes, chunks);
    }

    private static ChunkLocation ReadChunk(ref CompactReader reader)
    {
        var chunk = default(ChunkLocation);
        var offsetIndex = default(FileRange);
        var columnIndex = default(FileRange);
        var outer = reader.BeginStruct();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    throw Corrupt($"a column chunk lies in another file, \"{reader.ReadString()}\", which is not supported");
                case 3:
                    chunk = ReadChunkMetadata(ref reader) with { IsEncrypted = chunk.IsEncrypted };
                    break;
                case 4:
                    offsetIndex = offsetIndex with { Offset = reader.ReadI64() };
                    break;
                case 5:
                    offsetIndex = offsetIndex with { Length = reader.ReadI32() };
                    break;
                case 6:
                    columnIndex = columnIndex with { Offset = reader.ReadI64() };
                    break;
                case 7:
                    columnIndex = columnIndex with { Length = reader.ReadI32() };
                    break;
                case 8: // crypto_metadata; the metadata above may be missing
                    reader.Skip();
                    chunk = chunk with { IsEncrypted = true };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.EndStruct(outer);
        return chunk with { ColumnIndex = columnIndex, OffsetIndex = offsetIndex };
    }

    private static ChunkLocation ReadChunkMetadata(ref CompactReader reader)
    {
        var chunk = default(ChunkLocation);
        var data = 0L;
        var dictionary = 0L;
        var outer = reader.BeginStructField();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 4:
                    chunk = chunk with { Codec = reader.ReadI32() };
                    break;
                case 5:
                    chunk = chunk with { Values = reader.ReadI64() };
                    break;
                case 7:
                    chunk = chunk with { Length = reader.ReadI64() };
                    break;
                case 9:
                    data = reader.ReadI64();
                    break;
                case 11:
                    dictionary = reader.ReadI64();
                    break;
                case 12:
                    chunk = chunk with { Statistics = ReadStatistics(ref reader) };
                    break;
                case 14:
                    chunk = chunk with { BloomFilter = chunk.BloomFilter with { Offset = reader.ReadI64() } };
                    break;
                case 15:
                    chunk = chunk with { BloomFilter = chunk.BloomFilter with { Length = reader.ReadI32() } };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.EndStruct(outer);
        return chunk with { Offset = dictionary > 0 && dictionary < data ? dictionary : data }; // some writers say 0 for none
    }

    /// <summary>Fields 1 and 2, the bounds of old writers, are in an order that nobody knows.</summary>
    private static StoredStatistics ReadStatistics(ref CompactReader reader)
    {
        var statistics = new StoredStatistics(null, null, null);
        var outer = reader.BeginStructField();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 3:
                    statistics = statistics with { Nulls = reader.ReadI64() };
                    break;
                case 5:
                    statistics = statistics with { Max = reader.ReadBinary().ToArray() };
                    break;
                case 6:
                    statistics = statistics with { Min = reader.ReadBinary().ToArray() };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.EndStruct(outer);
        return statistics;
    }

    private static void ReadKeyValue(ref CompactReader reader, Dictionary<string, string> keyValues)
    {
        var key = "";
        var value = "";
        var outer = reader.BeginStruct();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    key = reader.ReadString();
                    break;
                case 2:
                    value = reader.ReadString();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        reader.EndStruct(outer);
        keyValues[key] = value;
    }

    private static CorruptDataException Corrupt(string details) => new("Footer", 0, details);
}
