namespace CdcLake.Upserts;

internal sealed partial class Consolidator
{
    /// <summary>
    /// Makes as much of the open epoch pending as stands on its own, so that a target can take it before the epoch ends (which is then not committed yet): keys
    /// whose changes so far give one row or none. The others wait for the rest of the epoch. What became pending is summed with later changes of the
    /// epoch again, which is exact as long as no row is withdrawn before it was added, counting the batches added so far.
    /// </summary>
    /// <param name="committed">What the target holds, parts of this epoch that it took before included.</param>
    public void SettlePart(ICommittedKeys committed)
    {
        for (var start = 0; start < _touchedCount; start += PieceRows)
        {
            Ask(committed, _touched.AsSpan(start, Math.Min(PieceRows, _touchedCount - start)));
        }

        var open = 0;
        for (var i = 0; i < _touchedCount; i++)
        {
            ref var key = ref KeyAt(_touched[i]);
            if (IsPartial || StandsAlone(key))
            {
                Settle(_touched[i]);
                continue;
            }

            // At the end of the epoch the target may have been emptied: it is asked again.
            key.IsKnown = key.IsPending;
            _touched[open++] = _touched[i];
        }

        _touchedCount = open;
        CompactWhenSparse();
    }

    /// <summary>Says that the open epoch holds too many rows that share their keys.</summary>
    public DuplicateKeyException TooManyRowsPerKey()
    {
        Span<uint> waiting = _touched.AsSpan(0, _touchedCount);
        var example = waiting.IsEmpty ? "" : $", for example ({PrintKey(waiting[0])})";
        return new DuplicateKeyException(
            $"{Sink}: while the existing rows were read, {waiting.Length:N0} keys had more than one row in the result{example}. "
            + "Choose a key that is unique in the result at every transaction boundary, or group by it.");
    }

    private bool StandsAlone(in PendingKey key)
    {
        var existing = key.Exists ? 1 : 0;
        var withdrawn = _rows.CountToTwo(key.Withdrawn);
        var added = _rows.CountToTwo(key.Added);
        return withdrawn <= existing && existing + added - withdrawn <= 1
            && (withdrawn == 0 || key.Row == 0 || _rows[key.Withdrawn].SequenceEqual(_rows[key.Row]));
    }
}
