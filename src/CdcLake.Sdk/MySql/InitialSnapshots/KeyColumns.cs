using CdcLake.Columnar;
using CdcLake.Common;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>Hashes and compares the key columns of batches of one schema, value by value as stored: exact bytes, without collations.</summary>
/// <param name="ordinals">The key's columns in the batch; none of them holds null.</param>
internal sealed class KeyColumns(IReadOnlyList<int> ordinals)
{
    /// <summary>Fills one hash per row.</summary>
    public void Hash(ChangeBatch batch, Span<ulong> hashes)
    {
        hashes.Clear();
        foreach (var ordinal in ordinals)
        {
            switch (batch[ordinal])
            {
                case FixedColumn<int> column:
                    Mix(column.Values, hashes);
                    break;
                case FixedColumn<long> column:
                    Mix(column.Values, hashes);
                    break;
                case BytesColumn column:
                    for (var i = 0; i < hashes.Length; i++)
                    {
                        hashes[i] = Hash64.Combine(hashes[i], Hash64.Of(column[i]));
                    }

                    break;
                case var column:
                    for (var i = 0; i < hashes.Length; i++)
                    {
                        hashes[i] = Hash64.Combine(hashes[i], HashOne(column, i));
                    }

                    break;
            }
        }
    }

    /// <summary>True when both rows have the same key.</summary>
    public bool AreEqual(ChangeBatch left, int leftRow, ChangeBatch right, int rightRow)
    {
        foreach (var ordinal in ordinals)
        {
            if (!left[ordinal].AreEqual(leftRow, right[ordinal], rightRow))
            {
                return false;
            }
        }

        return true;
    }

    private static void Mix(ReadOnlySpan<int> values, Span<ulong> hashes)
    {
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = Hash64.Combine(hashes[i], (ulong)values[i]);
        }
    }

    private static void Mix(ReadOnlySpan<long> values, Span<ulong> hashes)
    {
        for (var i = 0; i < hashes.Length; i++)
        {
            hashes[i] = Hash64.Combine(hashes[i], (ulong)values[i]);
        }
    }

    private static ulong HashOne(Column column, int row) => column switch
    {
        FixedColumn<Int128> wide => Hash64.Combine((ulong)wide.Values[row], (ulong)(wide.Values[row] >> 64)),
        FixedColumn<byte> flags => Hash64.Of((ulong)flags.Values[row]),
        FixedColumn<float> reals => Hash64.Of((ulong)BitConverter.SingleToUInt32Bits(reals.Values[row])),
        _ => Hash64.Of(BitConverter.DoubleToUInt64Bits(((FixedColumn<double>)column).Values[row])),
    };
}
