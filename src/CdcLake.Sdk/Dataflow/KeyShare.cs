using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow;

/// <summary>The bytes of a record's key.</summary>
internal delegate ReadOnlySpan<byte> RecordKey(uint reference);

/// <summary>Which keys of an operator belong to one of its partitions: what a partition takes of state that was written in another number of them.</summary>
internal sealed class KeyShare
{
    private readonly int _partition;
    private readonly KeyPartitioner _partitioner;
    private readonly RowCodec _codec;
    private readonly Schema _key;

    /// <param name="key">The operator's key columns, in the order of its keys.</param>
    /// <param name="parts">Which of them say the partition, in the order of the senders.</param>
    /// <param name="partition">Number of the partition.</param>
    /// <param name="partitions">How many there are.</param>
    public KeyShare(Schema key, IReadOnlyList<int> parts, int partition, int partitions)
    {
        _key = key;
        _partition = partition;
        _codec = new RowCodec(key, Enumerable.Range(0, key.Count));
        _partitioner = new KeyPartitioner(key, parts, partitions);
    }

    /// <summary>The records of a log that belong to the partition, in the log's order.</summary>
    /// <param name="log">Not changed meanwhile.</param>
    /// <param name="keyOf">The key of each of its records.</param>
    public IEnumerable<uint> Of(RecordLog log, RecordKey keyOf)
    {
        var references = new List<uint>(ChangeBatch.TargetRows);
        using var keys = new EncodedRows();
        for (var at = log.Next(0); at != 0; at = log.Next(at))
        {
            references.Add(at);
            keys.Append(keyOf(at));
            if (references.Count == ChangeBatch.TargetRows || keys.DataLength >= ChangeBatch.TargetBytes)
            {
                foreach (var row in Select(keys))
                {
                    yield return references[row];
                }

                references.Clear();
                keys.Clear();
            }
        }

        foreach (var row in references.Count == 0 ? [] : Select(keys))
        {
            yield return references[row];
        }
    }

    private int[] Select(EncodedRows keys)
    {
        using var batch = new ChangeBatch(_key);
        _codec.Decode(keys, batch);
        batch.AppendWeights(1, keys.Count);
        _partitioner.Assign(batch);
        return [.. _partitioner.RowsOf(_partition)];
    }
}
