using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Stores;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.State.SpilledStores;

/// <summary>One store, or two of which one has the groups of the other, that counts pairs of key and value.</summary>
internal abstract class Model
{
    /// <summary>Keys are 0 to this, without it.</summary>
    public const int Keys = 200;

    protected static readonly Schema Pair = new([new Field("k", DataType.Int32, true), new Field("v", DataType.Int32, true)]);

    public required IReadOnlyList<IStateStore> Stores { get; init; }

    public abstract void Apply(List<(int Key, int Value, int Weight)> changes);

    public abstract void Rewrite();

    public abstract Dictionary<(int Key, int Value), int> Counts();

    public virtual void Check(Dictionary<(int Key, int Value), int> expected)
    {
    }

    public virtual void AfterRestore()
    {
        foreach (var store in Stores)
        {
            store.AfterRestore();
        }
    }

    public void Release()
    {
        foreach (var store in Stores)
        {
            store.Log.Clear();
        }
    }

    protected static int Number(ReadOnlySpan<byte> encoded) => BitConverter.ToInt32(encoded[1..]);

    protected static EncodedRows Encoded(ChangeBatch batch, int column)
    {
        var rows = new EncodedRows();
        new RowCodec(Pair, [column]).Encode(batch, rows);
        rows.ComputeHashes();
        return rows;
    }

    protected static byte[] Key(int number)
    {
        using var batch = Cells.ToBatch(Pair, [((object?[])[number, number], 1)]);
        using var rows = Encoded(batch, 0);
        return rows[0].ToArray();
    }
}
