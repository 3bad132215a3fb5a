namespace CdcLake;

/// <summary>How a sink makes and fills a StarRocks table. Copied by <c>ToStarRocks</c>, so later changes have no effect.</summary>
public sealed class StarRocksTableOptions
{
    private const long LeastBudget = 1 << 20;

    /// <summary>Buckets of a table that is created here, from 1 up.</summary>
    /// <value>Default: null, what the server chooses (from 2.5.7 on; older ones need a number).</value>
    public int? Buckets { get; set; }

    /// <summary>Copies of each bucket of a table that is created here; a cluster with fewer backends than copies refuses to create it.</summary>
    /// <value>Default: null, the server's own, which is 3.</value>
    public int? ReplicationNum { get; set; }

    /// <summary>Further properties of a table that is created here, by StarRocks' names, such as <c>enable_persistent_index</c>.</summary>
    /// <value>Default: empty.</value>
    public IDictionary<string, string> Properties { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>
    /// Bytes of changed rows that wait in memory for a commit, at least 1 MiB; beyond it they are sent ahead into the open transaction. A server before 2.5 has none: there a commit is one load,
    /// all of it waits in memory, and more than 2 GiB of it is an error.
    /// </summary>
    /// <value>Default: 128 MiB.</value>
    public long MemoryBudgetBytes { get; set; } = 128L << 20;

    /// <summary>A validated copy.</summary>
    internal StarRocksTableOptions Freeze()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Buckets ?? 1, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(ReplicationNum ?? 1, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(MemoryBudgetBytes, LeastBudget);
        var copy = (StarRocksTableOptions)MemberwiseClone();
        copy.Properties = new Dictionary<string, string>(Properties, StringComparer.Ordinal);
        return copy;
    }
}
