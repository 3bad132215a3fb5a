using CdcLake.Columnar;
using Snappier;

namespace CdcLake.Benchmarks.Baselines;

/// <summary>
/// What a first version of a Parquet encoder does: takes each row apart, boxes its values, writes them plainly into one stream per column, and
/// compresses pages with a published library. No dictionary, statistics, or metadata.
/// </summary>
internal static class NaiveParquet
{
    private const int PageBytes = 1 << 20;

    public static long Encode(IReadOnlyList<ChangeBatch> batches)
    {
        var written = 0L;
        var pages = new MemoryStream[batches[0].Schema.Count];
        var writers = new BinaryWriter[pages.Length];
        for (var i = 0; i < pages.Length; i++)
        {
            writers[i] = new BinaryWriter(pages[i] = new MemoryStream());
        }

        foreach (var batch in batches)
        {
            for (var row = 0; row < batch.Count; row++)
            {
                for (var i = 0; i < pages.Length; i++)
                {
                    Write(writers[i], Value(batch[i], row));
                    written += pages[i].Length >= PageBytes ? Finish(pages[i]) : 0;
                }
            }
        }

        return written + pages.Sum(Finish);
    }

    private static object Value(Column column, int row) => column switch
    {
        FixedColumn<int> c => c.Values[row],
        FixedColumn<long> c => c.Values[row],
        _ => ((BytesColumn)column)[row].ToArray(),
    };

    private static void Write(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case int i:
                writer.Write(i);
                break;
            case long l:
                writer.Write(l);
                break;
            default:
                var bytes = (byte[])value;
                writer.Write(bytes.Length);
                writer.Write(bytes);
                break;
        }
    }

    private static long Finish(MemoryStream page)
    {
        var compressed = Snappy.CompressToArray(page.GetBuffer().AsSpan(0, (int)page.Length));
        page.SetLength(0);
        return compressed.Length;
    }
}
