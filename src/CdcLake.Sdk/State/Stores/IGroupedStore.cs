namespace CdcLake.State.Stores;

/// <summary>A store whose records carry the number of a group, and whose caller keeps for each group the roots under which they are found, one or several.</summary>
internal interface IGroupedStore : IStateStore
{
    /// <summary>The group of a record of <paramref name="log"/>, or −1 when it stands for nothing any more.</summary>
    static abstract long GroupOf(RecordLog log, uint reference);

    /// <summary>Rewrites the log without what is gone: first this, then <see cref="Readd"/> for every record of the log it returns.</summary>
    RecordLog BeginRewrite();

    /// <summary>Takes over a record from a log that <see cref="BeginRewrite"/> returned.</summary>
    void Readd(RecordLog old, uint reference, Span<uint> roots);

    /// <summary>Takes over a record from the log of another store, for a group that has another number here.</summary>
    void AddFrom(RecordLog other, uint reference, long group, Span<uint> roots);
}
