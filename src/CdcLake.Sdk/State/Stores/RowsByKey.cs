using CdcLake.Columnar;
using CdcLake.State.Rows;

namespace CdcLake.State.Stores;

/// <summary>Rows of one schema by key, and the encoded form of the batch at hand. Not thread-safe.</summary>
internal sealed class RowsByKey : IDisposable
{
    private readonly Schema _schema;

    /// <param name="schema">Columns of the rows.</param>
    /// <param name="key">Ordinals of the key.</param>
    public RowsByKey(Schema schema, IReadOnlyList<int> key)
    {
        _schema = schema;
        KeyCodec = new RowCodec(schema, key);
        RestCodec = new RowCodec(schema, Enumerable.Range(0, schema.Count).Where(i => !key.Contains(i)));
    }

    /// <summary>The key columns.</summary>
    public RowCodec KeyCodec { get; }

    /// <summary>The columns that are not in the key.</summary>
    public RowCodec RestCodec { get; }

    /// <summary>What is kept.</summary>
    public RowMultiset Rows { get; } = new();

    /// <summary>Keys of the batch at hand.</summary>
    public EncodedRows Keys { get; } = new();

    /// <summary>The other columns of the batch at hand.</summary>
    public EncodedRows Rests { get; } = new();

    /// <summary>Makes a batch the one at hand. It stays the caller's.</summary>
    public void Encode(ChangeBatch batch)
    {
        KeyCodec.Encode(batch, Keys);
        RestCodec.Encode(batch, Rests);
        Keys.ComputeHashes();
        Rests.ComputeHashes();
    }

    /// <summary>Keeps the rows of a batch.</summary>
    public void Add(ChangeBatch batch)
    {
        Encode(batch);
        Rows.Apply(Keys, Rests, batch.Weights, default);
    }

    /// <summary>Nothing is at hand any more.</summary>
    public void BeginPiece()
    {
        Keys.Clear();
        Rests.Clear();
    }

    /// <summary>Puts a row that is kept behind those at hand.</summary>
    public void AddToPiece(uint row)
    {
        Keys.Append(Rows.KeyOf(row));
        Rests.Append(Rows.RestOf(row));
    }

    /// <summary>The rows at hand, which the caller owns.</summary>
    public ChangeBatch Piece()
    {
        var piece = new ChangeBatch(_schema);
        KeyCodec.Decode(Keys, piece);
        RestCodec.Decode(Rests, piece);
        piece.AppendWeights(1, Keys.Count);
        return piece;
    }

    /// <summary>All rows, each as often as it is there, in pieces that the caller owns. Nothing else may be at hand meanwhile.</summary>
    public IEnumerable<ChangeBatch> ReadAll()
    {
        BeginPiece();
        for (var row = Rows.Log.Next(0); row != 0; row = Rows.Log.Next(row))
        {
            for (var i = 0; i < Rows.CountOf(row); i++)
            {
                AddToPiece(row);
                if (Keys.Count == ChangeBatch.TargetRows)
                {
                    yield return Piece();
                    BeginPiece();
                }
            }
        }

        if (Keys.Count > 0)
        {
            yield return Piece();
            BeginPiece();
        }
    }

    /// <summary>Rewrites what is kept where most of it is dead. References change.</summary>
    public void Compact()
    {
        if (Rows.IsSparse)
        {
            Rows.Compact();
        }
    }

    /// <summary>For messages.</summary>
    public string Print(uint row) => $"key ({KeyCodec.Print(Rows.KeyOf(row))}), other columns ({RestCodec.Print(Rows.RestOf(row))})";

    public void Dispose()
    {
        Keys.Dispose();
        Rests.Dispose();
    }
}
