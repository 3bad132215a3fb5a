using System.Buffers.Binary;

namespace CdcLake.MySql.Binlog.Columns;

// stored       SRID u32, then WKB: 1 (little endian), type u32, coordinates as doubles; of a geographic reference system x is the longitude
// handed on    WKB where the SRID is 0; else extended WKB (EWKB): 1, type | 0x20000000, SRID u32, coordinates. Geometries inside a collection stay plain WKB.
// Source: MySQL reference manual, "Internal Geometry Storage Format"; PostGIS manual, "Extended WKB".

/// <summary>Spatial values: from MySQL's own form to the well-known one, with the reference system in it.</summary>
internal static class GeometryBytes
{
    private const uint HasSrid = 0x2000_0000;
    private const int SridBytes = 4;
    private const int HeadBytes = 9; // SRID, byte order, type

    public static bool IsGeometry(ReadOnlySpan<byte> stored) => stored.Length >= HeadBytes && stored[SridBytes] == 1;

    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public static int Length(ReadOnlySpan<byte> stored) => Srid(stored) == 0 ? stored.Length - SridBytes : stored.Length;

    public static void Write(ReadOnlySpan<byte> stored, Span<byte> target)
    {
        stored[^target.Length..].CopyTo(target);
        if (Srid(stored) is not 0 and var srid)
        {
            target[0] = 1;
            BinaryPrimitives.WriteUInt32LittleEndian(target[1..], BinaryPrimitives.ReadUInt32LittleEndian(stored[(SridBytes + 1)..]) | HasSrid);
            BinaryPrimitives.WriteUInt32LittleEndian(target[5..], srid);
        }
    }

    private static uint Srid(ReadOnlySpan<byte> stored) => BinaryPrimitives.ReadUInt32LittleEndian(stored);
}
