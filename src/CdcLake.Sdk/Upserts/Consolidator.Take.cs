using CdcLake.Columnar;
using CdcLake.State.Rows;

namespace CdcLake.Upserts;

internal sealed partial class Consolidator
{
    /// <summary>The pending rows in pieces, in the order in which their keys first changed. Changes nothing; no other call until the enumeration is over.</summary>
    public IEnumerable<ConsolidatedRows> Upserts(int pieceRows = PieceRows) => Take(Part.Upserts, pieceRows);

    /// <summary>The keys to delete, in pieces. Keys that the target never held are left out.</summary>
    public IEnumerable<ConsolidatedRows> Deletes(int pieceRows = PieceRows) => Take(Part.Deletes, pieceRows);

    /// <summary>
    /// The rows that the target holds of keys which are deleted or get another row, whole rows with weight −1, in pieces; <see cref="ConsolidatedRows.Replaces"/> is true for the latter.
    /// Only where changes are <see cref="TargetKnowledge.Believed"/>.
    /// </summary>
    public IEnumerable<ConsolidatedRows> Replaced(int pieceRows = PieceRows) => Take(Part.Replaced, pieceRows);

    private enum Part
    {
        Upserts,
        Deletes,
        Replaced,
    }

    private IEnumerable<ConsolidatedRows> Take(Part part, int pieceRows)
    {
        var references = new uint[(int)Math.Min(pieceRows, PendingRows)];
        var count = 0;
        for (var at = _keys.Next(0); at != 0; at = _keys.Next(at))
        {
            if (!IsWanted(at, part))
            {
                continue;
            }

            references[count++] = at;
            if (count == references.Length)
            {
                yield return Build(references.AsSpan(0, count), part);
                count = 0;
            }
        }

        if (count > 0)
        {
            yield return Build(references.AsSpan(0, count), part);
        }
    }

    private bool IsWanted(uint reference, Part part)
    {
        ref readonly var key = ref KeyAt(reference);
        return key.IsPending && part switch
        {
            Part.Upserts => key.Row != 0,
            Part.Deletes => key.Row == 0 && key.IsCommitted,
            _ => key.Old != 0,
        };
    }

    private ConsolidatedRows Build(ReadOnlySpan<uint> references, Part part)
    {
        var keys = new EncodedRows();
        var replaces = new bool[references.Length];
        for (var i = 0; i < references.Length; i++)
        {
            keys.Append(_keys.KeyOf(references[i]));
            replaces[i] = part == Part.Replaced ? KeyAt(references[i]).Row != 0 : KeyAt(references[i]).IsCommitted;
        }

        keys.ComputeHashes();
        var rows = part == Part.Deletes ? BuildKeys(keys) : BuildRows(references, keys, part);
        return new ConsolidatedRows(rows, keys, replaces);
    }

    private ChangeBatch BuildRows(ReadOnlySpan<uint> references, EncodedRows keys, Part part)
    {
        using var rests = new EncodedRows();
        foreach (var reference in references)
        {
            ref readonly var key = ref KeyAt(reference);
            rests.Append(_rows[part == Part.Upserts ? key.Row : key.Old]);
        }

        var batch = new ChangeBatch(_schema);
        KeyCodec.Decode(keys, batch);
        _restCodec.Decode(rests, batch);
        batch.AppendWeights(part == Part.Upserts ? (sbyte)1 : (sbyte)-1, references.Length);
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
