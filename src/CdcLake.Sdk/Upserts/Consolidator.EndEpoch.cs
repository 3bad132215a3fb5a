namespace CdcLake.Upserts;

internal sealed partial class Consolidator
{
    /// <summary>Closes the epoch: from now on its sum is pending.</summary>
    /// <param name="committed">What the target holds; asked once for each key that has nothing pending.</param>
    /// <exception cref="DuplicateKeyException">A key would have more than one row.</exception>
    /// <exception cref="InconsistentChangeException">A row was withdrawn that was not there.</exception>
    public void EndEpoch(ICommittedKeys committed)
    {
        for (var start = 0; start < _touchedCount; start += PieceRows)
        {
            Ask(committed, _touched.AsSpan(start, Math.Min(PieceRows, _touchedCount - start)));
        }

        for (var i = 0; i < _touchedCount; i++)
        {
            Settle(_touched[i]);
        }

        _touchedCount = 0;
        if (_touched.Length > PieceRows)
        {
            _touched = [];
        }

        CompactWhenSparse();
    }

    /// <summary>Finds out whether the target holds the keys of which that is not known yet.</summary>
    private void Ask(ICommittedKeys committed, ReadOnlySpan<uint> references)
    {
        if (Target == TargetKnowledge.Believed || !committed.AreKnown)
        {
            Trust(references);
            return;
        }

        var asked = _batchKeys;
        asked.Clear();
        foreach (var reference in references)
        {
            ref readonly var key = ref KeyAt(reference);
            if (!key.IsKnown && (key.Added | key.Withdrawn) != 0)
            {
                asked.Append(_keys.KeyOf(reference));
            }
        }

        if (asked.Count == 0)
        {
            return;
        }

        asked.ComputeHashes();
        var present = new bool[asked.Count];
        committed.Find(asked, present);
        var next = 0;
        foreach (var reference in references)
        {
            ref var key = ref KeyAt(reference);
            if (!key.IsKnown && (key.Added | key.Withdrawn) != 0)
            {
                key.IsKnown = true;
                key.IsCommitted = present[next];
                next++;
            }
        }
    }

    /// <summary>The target holds those rows that are withdrawn.</summary>
    private void Trust(ReadOnlySpan<uint> references)
    {
        foreach (var reference in references)
        {
            ref var key = ref KeyAt(reference);
            if (!key.IsKnown && (key.Added | key.Withdrawn) != 0)
            {
                key.IsKnown = true;
                key.IsCommitted = key.Withdrawn != 0;
            }
        }
    }

    /// <summary>Turns the open epoch's sum of one key into its pending row or absence.</summary>
    private void Settle(uint reference)
    {
        ref var key = ref KeyAt(reference);
        key.IsTouched = false;
        var wasPending = key.IsPending;
        if ((key.Added | key.Withdrawn) != 0)
        {
            if (IsPartial)
            {
                CheckInOrder(reference, key);
            }
            else
            {
                Check(reference, key);
            }

            if (Target == TargetKnowledge.Believed && !wasPending)
            {
                (key.Old, key.Withdrawn) = (key.Withdrawn, 0);
            }

            _rows.Free(ref key.Withdrawn);
            _rows.Free(ref key.Row);
            key.Row = key.Added;
            key.Added = 0;
            key.IsPending = key.Row != 0 || key.IsCommitted;
        }

        PendingRows += (key.IsPending ? 1 : 0) - (wasPending ? 1 : 0);
        if (!key.IsPending)
        {
            _keys.Remove(reference);
        }
    }

    private void Check(uint reference, in PendingKey key)
    {
        var existing = key.Exists ? 1 : 0;
        var withdrawn = _rows.CountToTwo(key.Withdrawn);
        var added = _rows.CountToTwo(key.Added);
        if (withdrawn > existing)
        {
            throw new InconsistentChangeException(
                $"{Sink}: a row was withdrawn that is not in the result: key ({PrintKey(reference)}), other columns ({_restCodec.Print(_rows[key.Withdrawn])}). "
                + "The log does not start at the beginning of the table, changes are missing from it, or somebody else changed the target.");
        }

        if (existing + added - withdrawn > 1)
        {
            throw new DuplicateKeyException(
                $"{Sink}: the key ({PrintKey(reference)}) has more than one row in the result; one has the other columns ({_restCodec.Print(_rows[key.Added])}). "
                + "Choose a key that is unique in the result at every transaction boundary, or group by it.");
        }

        if (withdrawn == 1 && key.Row != 0 && !_rows[key.Withdrawn].SequenceEqual(_rows[key.Row]))
        {
            throw new InconsistentChangeException(
                $"{Sink}: the row withdrawn for the key ({PrintKey(reference)}) is not the one it has: withdrawn ({_restCodec.Print(_rows[key.Withdrawn])}), "
                + $"present ({_restCodec.Print(_rows[key.Row])}). Changes are missing from the log.");
        }
    }

    private string PrintKey(uint reference) => KeyCodec.Print(_keys.KeyOf(reference));

    /// <summary>Rewrites what is half empty, the open epoch's part too.</summary>
    private void CompactWhenSparse()
    {
        if (_keys.IsSparse)
        {
            _keys.Compact();
            FindTouched();
        }

        if (!_rows.IsSparse)
        {
            return;
        }

        var old = _rows.BeginRewrite();
        for (var at = _keys.Next(0); at != 0; at = _keys.Next(at))
        {
            ref var key = ref KeyAt(at);
            key.Row = _rows.Move(old, key.Row);
            key.Added = _rows.Move(old, key.Added);
            key.Withdrawn = _rows.Move(old, key.Withdrawn);
            key.Old = _rows.Move(old, key.Old);
        }

        old.Clear();
    }

    /// <summary>The keys have other references now.</summary>
    private void FindTouched()
    {
        var left = _touchedCount;
        _touchedCount = 0;
        for (var at = _keys.Next(0); at != 0 && _touchedCount < left; at = _keys.Next(at))
        {
            if (KeyAt(at).IsTouched)
            {
                Remember(at);
            }
        }
    }
}
