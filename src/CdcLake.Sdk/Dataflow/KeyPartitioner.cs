using CdcLake.Columnar;
using CdcLake.State.Rows;

namespace CdcLake.Dataflow;

/// <summary>
/// Sorts the rows of batches by the partition that their key belongs to. The partition follows from the key's bytes alone, the same in every process, so that both sides of a
/// join and a row and its withdrawal meet. Holds scratch memory: one instance serves one sender at a time.
/// </summary>
internal sealed class KeyPartitioner
{
    private readonly RowCodec _codec;
    private readonly int[] _ends;
    private int[] _partitions = [];
    private int[] _rows = [];

    /// <param name="schema">Columns of the batches.</param>
    /// <param name="key">Ordinals whose values say the partition, in an order that all senders of the receiver share.</param>
    /// <param name="partitions">How many there are.</param>
    public KeyPartitioner(Schema schema, IReadOnlyList<int> key, int partitions)
    {
        _codec = new RowCodec(schema, key);
        _ends = new int[partitions];
    }

    /// <summary>Sorts the rows of a batch; <see cref="RowsOf"/> gives them until the next call.</summary>
    public void Assign(ChangeBatch batch)
    {
        using var keys = new EncodedRows();
        _codec.Encode(batch, keys);
        keys.ComputeHashes();
        if (_partitions.Length < batch.Count)
        {
            var size = Math.Max(batch.Count, ChangeBatch.TargetRows);
            (_partitions, _rows) = (new int[size], new int[size]);
        }

        var hashes = keys.Hashes;
        var partitions = _partitions.AsSpan(0, hashes.Length);
        Span<int> next = stackalloc int[_ends.Length];
        next.Clear();
        for (var i = 0; i < partitions.Length; i++)
        {
            var partition = PartitionOf(hashes[i], next.Length);
            partitions[i] = partition;
            next[partition]++;
        }

        var end = 0;
        for (var p = 0; p < next.Length; p++)
        {
            (end, next[p]) = (end + next[p], end);
            _ends[p] = end;
        }

        for (var i = 0; i < partitions.Length; i++)
        {
            _rows[next[partitions[i]]++] = i;
        }
    }

    /// <summary>The rows of the batch at hand that belong to a partition, in their order.</summary>
    public ReadOnlySpan<int> RowsOf(int partition)
    {
        var start = partition == 0 ? 0 : _ends[partition - 1];
        return _rows.AsSpan(start, _ends[partition] - start);
    }

    /// <summary>The partition of a key. The upper half of the hash is left to the indexes inside a partition, which would be crowded in one of their parts otherwise.</summary>
    public static int PartitionOf(ulong hash, int partitions) => (int)(((hash & uint.MaxValue) * (uint)partitions) >> 32);
}
