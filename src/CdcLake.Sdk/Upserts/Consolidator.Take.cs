using CdcLake.Columnar;
using CdcLake.State.Rows;

namespace CdcLake.Upserts;

internal sealed partial class Consolidator
{
    /// <summary>The pending rows in pieces, in the order in which their keys first changed. Changes nothing; no other call until the enumeration is over.</summary>
    public IEnumerable<ConsolidatedRows> Upserts(int pieceRows = PieceRows) => Take(upserts: true, pieceRows);

    /// <summary>The keys to delete, in pieces. Keys that the target never held are left out.</summary>
    public IEnumerable<ConsolidatedRows> Deletes(int pieceRows = PieceRows) => Take(upserts: false, pieceRows);

    private IEnumerable<ConsolidatedRows> Take(bool upserts, int pieceRows)
    {
        var references = new uint[(int)Math.Min(pieceRows, PendingRows)];
        var count = 0;
        for (var at = _keys.Next(0); at != 0; at = _keys.Next(at))
        {
            if (!IsWanted(at, upserts))
            {
                continue;
            }

            references[count++] = at;
            if (count == references.Length)
            {
                yield return Build(references.AsSpan(0, count), upserts);
                count = 0;
            }
        }

        if (count > 0)
        {
            yield return Build(references.AsSpan(0, count), upserts);
        }
    }

    private bool IsWanted(uint reference, bool upserts)
    {
        ref readonly var key = ref KeyAt(reference);
        return key.IsPending != 0 && (upserts ? key.Row != 0 : key.Row == 0 && key.IsCommitted != 0);
    }

    private ConsolidatedRows Build(ReadOnlySpan<uint> references, bool upserts)
    {
        var keys = new EncodedRows();
        var replaces = new bool[references.Length];
        for (var i = 0; i < references.Length; i++)
        {
            keys.Append(_keys.KeyOf(references[i]));
            replaces[i] = KeyAt(references[i]).IsCommitted != 0;
        }

        keys.ComputeHashes();
        var rows = upserts ? BuildRows(references, keys) : BuildKeys(keys);
        return new ConsolidatedRows(rows, keys, replaces);
    }

    private ChangeBatch BuildRows(ReadOnlySpan<uint> references, EncodedRows keys)
    {
        using var rests = new EncodedRows();
        foreach (var reference in references)
        {
            rests.Append(_rows[KeyAt(reference).Row]);
        }

        var batch = new ChangeBatch(_schema);
        KeyCodec.Decode(keys, batch);
        _restCodec.Decode(rests, batch);
        batch.AppendWeights(1, references.Length);
        return batch;
    }

    private ChangeBatch BuildKeys(EncodedRows keys)
    {
        var batch = new ChangeBatch(_keySchema);
        KeyCodec.Decode(keys, batch.Columns);
        batch.AppendWeights(-1, keys.Count);
        return batch;
    }
}
