using CdcLake.Compression;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

// Field numbers: see IndexWriter.

/// <summary>Reads where the pages of column chunks lie and what bounds their values have. An index that is malformed counts as none: the rows can be read without.</summary>
internal static class PageIndex
{
    private const int MaxLength = 64 << 20;

    /// <summary>The data pages of a chunk, or null when the file does not say.</summary>
    public static async ValueTask<IReadOnlyList<PageLocation>?> ReadOffsetsAsync(
        FileBytes file, ChunkLocation chunk, long rows, CancellationToken cancellationToken)
    {
        if (await ReadAsync(file, chunk.OffsetIndex, cancellationToken).ConfigureAwait(false) is not { } bytes)
        {
            return null;
        }

        try
        {
            var pages = ReadOffsets(bytes);
            return IsPossible(pages, chunk, rows) ? pages : null;
        }
        catch (CorruptDataException)
        {
            return null; // as if there were none
        }
    }

    /// <summary>Bounds of each data page of a chunk, or null when the file does not say.</summary>
    /// <param name="file">The file.</param>
    /// <param name="chunk">The chunk.</param>
    /// <param name="pages">Its pages.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async ValueTask<IReadOnlyList<StoredStatistics>?> ReadBoundsAsync(
        FileBytes file, ChunkLocation chunk, IReadOnlyList<PageLocation> pages, long rows, CancellationToken cancellationToken)
    {
        if (await ReadAsync(file, chunk.ColumnIndex, cancellationToken).ConfigureAwait(false) is not { } bytes)
        {
            return null;
        }

        try
        {
            return ReadBounds(bytes, pages, rows);
        }
        catch (CorruptDataException)
        {
            return null; // as if there were none
        }
    }

    private static async ValueTask<byte[]?> ReadAsync(FileBytes file, FileRange range, CancellationToken cancellationToken)
    {
        if (range.Length is <= 0 or > MaxLength || range.Offset < 0 || range.Offset > file.Length - range.Length)
        {
            return null;
        }

        var bytes = new byte[range.Length];
        await file.ReadAsync(range.Offset, bytes, cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private static bool IsPossible(List<PageLocation> pages, ChunkLocation chunk, long rows)
    {
        var before = new PageLocation(chunk.Offset - 1, -1);
        foreach (var page in pages)
        {
            if (page.FirstRow <= before.FirstRow || page.FirstRow >= rows || page.Offset <= before.Offset || page.Offset >= chunk.Offset + chunk.Length)
            {
                return false;
            }

            before = page;
        }

        return pages.Count > 0 && pages[0].FirstRow == 0;
    }

    private static List<PageLocation> ReadOffsets(byte[] bytes)
    {
        var reader = new CompactReader(bytes, "Offset index");
        var pages = new List<PageLocation>();
        reader.BeginStruct();
        while (reader.NextField(out var id))
        {
            if (id != 1)
            {
                reader.Skip();
                continue;
            }

            for (var n = reader.ReadList(CompactWriter.Struct); n > 0; n--)
            {
                var page = default(PageLocation);
                var outer = reader.BeginStruct();
                while (reader.NextField(out var field))
                {
                    switch (field)
                    {
                        case 1:
                            page = page with { Offset = reader.ReadI64() };
                            break;
                        case 3:
                            page = page with { FirstRow = reader.ReadI64() };
                            break;
                        default:
                            reader.Skip();
                            break;
                    }
                }

                reader.EndStruct(outer);
                pages.Add(page);
            }
        }

        return pages;
    }

    private static List<StoredStatistics>? ReadBounds(byte[] bytes, IReadOnlyList<PageLocation> pages, long rows)
    {
        var reader = new CompactReader(bytes, "Column index");
        var nullPages = new List<bool>();
        var min = new List<byte[]>();
        var max = new List<byte[]>();
        var nulls = new List<long>();
        reader.BeginStruct();
        while (reader.NextField(out var id))
        {
            switch (id)
            {
                case 1:
                    for (var n = reader.ReadList(CompactWriter.True); n > 0; n--)
                    {
                        nullPages.Add(reader.ReadBoolElement());
                    }

                    break;
                case 2 or 3:
                    for (var n = reader.ReadList(CompactWriter.Binary); n > 0; n--)
                    {
                        (id == 2 ? min : max).Add(reader.ReadBinaryElement().ToArray());
                    }

                    break;
                case 5:
                    for (var n = reader.ReadList(CompactWriter.I64); n > 0; n--)
                    {
                        nulls.Add(reader.ReadI64Element());
                    }

                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var hasNulls = nulls.Count == pages.Count;
        return nullPages.Count != pages.Count || min.Count != pages.Count || max.Count != pages.Count
            ? null
            : [.. nullPages.Select((isNull, i) => isNull
                ? new StoredStatistics(null, null, (i + 1 < pages.Count ? pages[i + 1].FirstRow : rows) - pages[i].FirstRow)
                : new StoredStatistics(min[i], max[i], hasNulls ? nulls[i] : null))];
    }
}

/// <summary>Where a data page begins.</summary>
/// <param name="Offset">In the file.</param>
/// <param name="FirstRow">In the row group.</param>
internal readonly record struct PageLocation(long Offset, long FirstRow);
