using System.Buffers.Binary;
using CdcLake.Columnar;
using CdcLake.Compression;
using CdcLake.Parquet.Encodings;
using CdcLake.Parquet.Format;

namespace CdcLake.Parquet.Reading;

/// <summary>Booleans: PLAIN packs eight into a byte; writers of V2 pages use runs of one bit behind a length of four bytes.</summary>
internal sealed class BooleanPageValues : PageValues
{
    private const int LengthPrefix = 4;

    public BooleanPageValues(Conversion conversion)
        : base(conversion)
    {
    }

    public override void SetDictionary(ReadOnlySpan<byte> body, int count) =>
        throw new CorruptDataException("Dictionary page", 0, "booleans have no dictionary");

    public override void Read(Column target, int rows, ReadOnlySpan<byte> nulls, int present)
    {
        if (UsesDictionary)
        {
            throw new CorruptDataException("Page", 0, "booleans have no dictionary");
        }

        var column = (FixedColumn<byte>)target;
        var values = column.AppendUninitialized(rows);
        var dense = values[..present];
        Runs.ReadPresence(dense); // PLAIN is a single bit-packed run; the mask says 1 for false
        for (var i = 0; i < present; i++)
        {
            dense[i] ^= 1;
        }

        if (present < rows)
        {
            // Spread from the end: a value never moves to the left of where it lies.
            var n = present;
            for (var i = rows - 1; i >= 0; i--)
            {
                values[i] = nulls[i] == 0 ? values[--n] : (byte)0;
            }
        }

        column.SetLastNulls(rows, nulls);
    }

    protected override void StartPlain() => Runs = RleDecoder.OfPackedBits(Body, Position, End);

    protected override bool TrySetEncoding(int encoding)
    {
        if (encoding != (int)PageEncoding.Rle)
        {
            return false;
        }

        if (End - Position < LengthPrefix || BinaryPrimitives.ReadInt32LittleEndian(Body.AsSpan(Position)) is var length
            && (uint)length > (uint)(End - Position - LengthPrefix))
        {
            throw new CorruptDataException("Page values", 0, "the length of the booleans is cut off or too large");
        }

        Runs = new RleDecoder(Body, Position + LengthPrefix, End, 1);
        return true;
    }
}
