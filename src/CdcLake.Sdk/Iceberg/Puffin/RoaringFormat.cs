namespace CdcLake.Iceberg.Puffin;

// 64-bit positions (RoaringFormatSpec, "Extension for 64-bit implementations"), little endian throughout:
//
//   8          number of 32-bit bitmaps
//   4 + n      for each, ascending: the upper 32 bits of its positions, then its bitmap
//
// A 32-bit bitmap:
//
//   4          cookie: 12346 without runs, followed by the number of containers (4);
//              or 12347 with runs, the number of containers − 1 in the upper 16 bits, followed by one bit for each container: is it a run container?
//   4 each     containers, ascending: the upper 16 of the 32 bits, values − 1
//   4 each     where each container starts, counted from the cookie; left out with runs and fewer than 4 containers
//   containers array:  2 for each of at most 4096 values, ascending
//              bitmap: 8192, one bit for each value
//              run:    number of runs (2), then first value and length − 1 of each (2 + 2)
//
// Source: https://github.com/RoaringBitmap/RoaringFormatSpec

/// <summary>Numbers of the portable format of Roaring bitmaps.</summary>
internal static class RoaringFormat
{
    public const int CookieWithoutRuns = 12346;
    public const int CookieWithRuns = 12347;

    /// <summary>Fewer containers than these have no offsets when there are runs.</summary>
    public const int OffsetsFrom = 4;

    public const int ContainerValues = 1 << 16;

    /// <summary>Most values of an array container.</summary>
    public const int ArrayValues = 4096;

    public const int BitmapBytes = ContainerValues / 8;

    /// <summary>Words of 64 bits in a container.</summary>
    public const int ContainerWords = ContainerValues / 64;

    /// <summary>Containers in a 32-bit bitmap.</summary>
    public const int Containers = 1 << 16;
}
