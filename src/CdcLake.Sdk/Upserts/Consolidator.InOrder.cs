using CdcLake.State.Stores;

namespace CdcLake.Upserts;

internal sealed partial class Consolidator
{
    /// <summary>
    /// True when the target does not hold all rows, since its pipeline began in the middle of a log: a row that is withdrawn without being there is one from before. Changes then count one
    /// after the other instead of by their sum, so that the row of a key is the last one that was added, whatever epochs the changes lie in.
    /// </summary>
    public bool IsPartial { get; set; }

    // At most one row in each chain of the open epoch: the last that was added, and any that was withdrawn.
    private void AddInOrder(ReadOnlySpan<sbyte> weights, ReadOnlySpan<uint> references, ReadOnlySpan<ulong> hashes)
    {
        for (var i = 0; i < references.Length; i++)
        {
            ref var key = ref KeyAt(references[i]);
            if (!key.IsTouched)
            {
                key.IsTouched = true;
                Remember(references[i]);
            }

            var hash = RefIndex.Part(hashes[i]);
            if (weights[i] > 0)
            {
                if (key.Added != 0)
                {
                    throw TwoRows(references[i], _batchRests[i]);
                }

                _rows.Push(ref key.Added, _batchRests[i], hash);
                continue;
            }

            RequirePresent(references[i], key, _batchRests[i]);
            _rows.Free(ref key.Added);
            if (key.Withdrawn == 0)
            {
                _rows.Push(ref key.Withdrawn, _batchRests[i], hash);
            }
        }
    }

    private void CheckInOrder(uint reference, in PendingKey key)
    {
        if (key.Added != 0 && key.Withdrawn == 0 && key.Exists)
        {
            throw TwoRows(reference, _rows[key.Added]);
        }
    }

    // What is known of the row has to be what is withdrawn.
    private void RequirePresent(uint reference, in PendingKey key, ReadOnlySpan<byte> withdrawn)
    {
        var present = key.Added != 0 ? key.Added : key.Withdrawn == 0 && key.IsPending ? key.Row : 0;
        if (present != 0 && !_rows[present].SequenceEqual(withdrawn))
        {
            throw new InconsistentChangeException(
                $"{Sink}: the row withdrawn for the key ({PrintKey(reference)}) is not the one it has: withdrawn ({_restCodec.Print(withdrawn)}), "
                + $"present ({_restCodec.Print(_rows[present])}). Changes are missing from the log, or the key is not unique in the result.");
        }
    }

    private DuplicateKeyException TwoRows(uint reference, ReadOnlySpan<byte> row) => new(
        $"{Sink}: the key ({PrintKey(reference)}) has more than one row in the result; one has the other columns ({_restCodec.Print(row)}). "
        + "Choose a key that is unique in the result at every transaction boundary, or group by it.");
}
