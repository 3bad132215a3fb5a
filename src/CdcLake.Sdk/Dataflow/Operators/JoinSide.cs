using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

/// <summary>One input of a join, or the rows that a foreign key has: by key, and the encoded form of the batch at hand.</summary>
internal sealed class JoinSide : IDisposable
{
    private readonly RowsByKey _rows;
    private readonly Schema _schema;
    private bool[] _skip = [];
    private bool _anySkipped;

    public JoinSide(Schema schema, IReadOnlyList<int> key)
    {
        _schema = schema;
        _rows = new RowsByKey(schema, key);
        Key = key;
        Columns = schema.Count;
    }

    public IReadOnlyList<int> Key { get; }

    /// <summary>Number of columns of this input.</summary>
    public int Columns { get; }

    /// <summary>The key columns.</summary>
    public RowCodec KeyCodec => _rows.KeyCodec;

    /// <summary>The columns that are not in the key.</summary>
    public RowCodec RestCodec => _rows.RestCodec;

    public RowMultiset Rows => _rows.Rows;

    /// <summary>Keys of the batch at hand.</summary>
    public EncodedRows Keys => _rows.Keys;

    /// <summary>The other columns of the batch at hand.</summary>
    public EncodedRows Rests => _rows.Rests;

    /// <summary>Which rows of the batch have a null in the key; empty when none has.</summary>
    public ReadOnlySpan<bool> Skip => _anySkipped ? _skip : default;

    public void Encode(ChangeBatch batch)
    {
        _rows.Encode(batch);
        _anySkipped = false;
        foreach (var ordinal in Key)
        {
            if (batch[ordinal].HasNulls)
            {
                MarkNulls(batch[ordinal].Nulls);
            }
        }
    }

    /// <summary>Keeps the rows of the encoded batch.</summary>
    public void Keep(ReadOnlySpan<sbyte> weights) => Rows.Apply(Keys, Rests, weights, Skip);

    /// <summary>Takes over the rows of another one whose keys belong to a partition.</summary>
    public void TakeOver(JoinSide former, KeyShare share)
    {
        foreach (var row in share.Of(former.Rows.Log, former.Rows.KeyOf))
        {
            Rows.AddFrom(former.Rows, row);
        }
    }

    /// <summary>At the end of an epoch, before its rows are given.</summary>
    /// <param name="operation">Name of the join.</param>
    /// <param name="which">Name of this side.</param>
    /// <exception cref="InconsistentChangeException">A row was withdrawn that was never added.</exception>
    public void RequireNoNegative(string operation, string which)
    {
        var row = Rows.NegativeRow();
        if (row != 0)
        {
            throw new InconsistentChangeException(
                $"{operation}: a row of the {which} input was withdrawn that was never added: {_rows.Print(row)}. "
                + "The log does not start at the beginning of the table, or changes are missing from it.")
            {
                Stage = operation,
            };
        }
    }

    /// <summary>At the end of an epoch, after its rows were given: rewrites the state where most of it is dead.</summary>
    public void Compact() => _rows.Compact();

    /// <summary>What is kept, for looking into it.</summary>
    public KeptRows Kept(string name) => new(name, _schema, [Rows], _rows.ReadAll);

    /// <inheritdoc cref="RowsByKey.BeginPiece"/>
    public void BeginPiece() => _rows.BeginPiece();

    /// <inheritdoc cref="RowsByKey.AddToPiece"/>
    public void AddToPiece(uint row) => _rows.AddToPiece(row);

    /// <inheritdoc cref="RowsByKey.Piece"/>
    public ChangeBatch Piece() => _rows.Piece();

    public void Dispose() => _rows.Dispose();

    private void MarkNulls(ReadOnlySpan<byte> nulls)
    {
        if (_skip.Length < nulls.Length)
        {
            var larger = new bool[nulls.Length];
            _skip.CopyTo(larger, 0);
            _skip = larger;
        }

        if (!_anySkipped)
        {
            Array.Clear(_skip);
            _anySkipped = true;
        }

        for (var i = 0; i < nulls.Length; i++)
        {
            _skip[i] |= nulls[i] != 0;
        }
    }
}
