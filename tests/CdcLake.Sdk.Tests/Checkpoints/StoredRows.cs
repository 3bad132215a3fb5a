using System.Text;
using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Stores;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Checkpoints;

/// <summary>State to be checkpointed: rows by a number with a text.</summary>
internal static class StoredRows
{
    private static readonly Schema Pair = new([new Field("k", DataType.Int32, true), new Field("v", DataType.String, true)]);

    public static void Apply(RowMultiset rows, params (object?[] Row, int Weight)[] changes)
    {
        using var batch = Cells.ToBatch(Pair, changes);
        using var keys = new EncodedRows();
        using var rests = new EncodedRows();
        new RowCodec(Pair, [0]).Encode(batch, keys);
        new RowCodec(Pair, [1]).Encode(batch, rests);
        keys.ComputeHashes();
        rests.ComputeHashes();
        rows.Apply(keys, rests, batch.Weights, default);
    }

    public static string Contents(RowMultiset rows)
    {
        var lines = new List<string>();
        for (var at = rows.Log.Next(0); at != 0; at = rows.Log.Next(at))
        {
            lines.Add($"{Convert.ToHexString(rows.KeyOf(at))} {Convert.ToHexString(rows.RestOf(at))[..10]} {rows.RestOf(at).Length} × {rows.CountOf(at)}");
        }

        return new StringBuilder().AppendJoin('\n', lines.Order(StringComparer.Ordinal)).ToString();
    }
}
