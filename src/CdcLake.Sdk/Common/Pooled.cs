using System.Buffers;

namespace CdcLake.Common;

/// <summary>Arrays from the shared pool that grow; an empty array stands for none. What they hold when they come is arbitrary.</summary>
internal static class Pooled
{
    private const int Smallest = 64;

    /// <summary>Makes <paramref name="array"/> hold <paramref name="needed"/> entries, at least doubling it, and keeps the first <paramref name="used"/>.</summary>
    public static void Grow<T>(ref T[] array, int needed, int used)
    {
        if (array.Length < needed)
        {
            Replace(ref array, needed, used);
        }
    }

    /// <summary>Gives the array back; it must not be used afterwards.</summary>
    public static void Return<T>(ref T[] array)
    {
        if (array.Length > 0)
        {
            ArrayPool<T>.Shared.Return(array);
        }

        array = [];
    }

    private static void Replace<T>(ref T[] array, int needed, int used)
    {
        var doubled = (int)Math.Min(Array.MaxLength, Math.Max(Smallest, 2L * array.Length));
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(needed, doubled));
        array.AsSpan(0, used).CopyTo(larger);
        Return(ref array);
        array = larger;
    }
}
