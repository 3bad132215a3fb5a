using System.Buffers;

namespace CdcLake.Parquet;

/// <summary>Pooled arrays that grow; an empty array stands for none.</summary>
internal static class Pooled
{
    /// <summary>Makes <paramref name="array"/> hold <paramref name="needed"/> entries and keeps the first <paramref name="used"/>.</summary>
    public static void Grow<T>(ref T[] array, int needed, int used)
    {
        if (array.Length >= needed)
        {
            return;
        }

        var larger = ArrayPool<T>.Shared.Rent(Math.Max(needed, (int)Math.Min(Array.MaxLength, 2L * array.Length)));
        array.AsSpan(0, used).CopyTo(larger);
        Return(ref array);
        array = larger;
    }

    public static void Return<T>(ref T[] array)
    {
        if (array.Length > 0)
        {
            ArrayPool<T>.Shared.Return(array);
        }

        array = [];
    }
}
