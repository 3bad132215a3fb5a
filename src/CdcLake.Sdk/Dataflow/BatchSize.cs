using CdcLake.Columnar;

namespace CdcLake.Dataflow;

/// <summary>Bytes that the rows of a batch take.</summary>
internal static class BatchSize
{
    public static long Of(ChangeBatch batch)
    {
        long bytes = batch.Count;
        foreach (var column in batch.Columns)
        {
            bytes += column switch
            {
                BytesColumn values => values.DataLength + (4L * values.Count),
                FixedColumn<byte> => batch.Count,
                FixedColumn<int> or FixedColumn<float> => 4L * batch.Count,
                FixedColumn<Int128> => 16L * batch.Count,
                _ => 8L * batch.Count,
            };
        }

        return bytes;
    }
}
