using System.Buffers;

namespace CdcLake.Parquet.Writing;

/// <summary>Working memory that the columns of one writer share, because only one of them works at a time.</summary>
internal sealed class Scratch : IDisposable
{
    private byte[] _body = [];
    private byte[] _compressed = [];
    private int[] _indices = [];

    /// <summary>Room for an uncompressed page.</summary>
    public Span<byte> Body(int length) => Ensure(ref _body, length);

    /// <summary>Room for a compressed page.</summary>
    public Span<byte> Compressed(int length) => Ensure(ref _compressed, length);

    /// <summary>Room for dictionary indices of a page.</summary>
    public Span<int> Indices(int count) => Ensure(ref _indices, count);

    public void Dispose()
    {
        Buffers.Return(ref _body);
        Buffers.Return(ref _compressed);
        Buffers.Return(ref _indices);
    }

    private static Span<T> Ensure<T>(ref T[] array, int length)
    {
        if (array.Length < length)
        {
            Buffers.Return(ref array);
            array = ArrayPool<T>.Shared.Rent(length);
        }

        return array.AsSpan(0, length);
    }
}

/// <summary>Pooled arrays that grow; an empty array stands for none.</summary>
internal static class Buffers
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
