using System.Diagnostics.CodeAnalysis;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <summary>What an <see cref="ISink{T}"/> stores at once. To be read during the call that got it.</summary>
/// <typeparam name="T">Row type of the stream.</typeparam>
public sealed class SinkCommit<[DynamicallyAccessedMembers(RowMembers.Kept)] T>
{
    internal SinkCommit(string position, string gtid, DateTimeOffset committedAt, bool isCompleteResult, long count, IEnumerable<SinkChange<T>> changes)
    {
        Position = position;
        Gtid = gtid;
        CommittedAt = committedAt;
        IsCompleteResult = isCompleteResult;
        Count = count;
        Changes = changes;
    }

    /// <summary>To be stored as it is, with the changes: text of any length, a few short lines usually. <see cref="ISink{T}.OpenAsync"/> gives it back.</summary>
    public string Position { get; }

    /// <summary>The same for people: the GTID set (over log files: file and offset) at which the target now equals the query's result.</summary>
    public string Gtid { get; }

    /// <summary>When the newest transaction in it was committed at the source.</summary>
    public DateTimeOffset CommittedAt { get; }

    /// <summary>True when the target's content is to be replaced by these rows, all of which count as added: the first commit of a new pipeline, and after a new snapshot of the source.</summary>
    public bool IsCompleteResult { get; }

    /// <summary>Rows that go or come with it; an update is two, so there are at most as many <see cref="Changes"/>.</summary>
    public long Count { get; }

    /// <summary>Each key once, in no particular order; made while it is read. May be empty: then only the position moved.</summary>
    public IEnumerable<SinkChange<T>> Changes { get; }
}
