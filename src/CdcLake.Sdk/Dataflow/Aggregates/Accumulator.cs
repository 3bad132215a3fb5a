using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Aggregates;

/// <summary>
/// What one or several aggregate functions of one column keep for all groups. Its value for a group lies in the prefix of the group's record in a <see cref="RowMap"/>, at <see cref="Offset"/>;
/// a new group's bytes are zero, and zero again when every row of the group has been withdrawn.
/// </summary>
internal abstract class Accumulator : IDisposable
{
    /// <summary>Where in a group's prefix the accumulator lies.</summary>
    public int Offset { get; set; }

    /// <summary>Bytes in a group's prefix.</summary>
    public abstract int Size { get; }

    /// <summary>True when what is kept answers another call too.</summary>
    public virtual bool Answers(AggregateCall call) => false;

    /// <summary>True when groups must have a number (<see cref="GroupRecord.Number"/>).</summary>
    public virtual bool NeedsNumber => false;

    /// <summary>State besides the group's record.</summary>
    public virtual IReadOnlyList<IStateStore> State => [];

    /// <summary>Looks at a whole batch, before <see cref="Add"/> takes it in slices.</summary>
    public virtual void Begin(ChangeBatch batch)
    {
    }

    /// <summary>Adds or withdraws rows of a batch, row <paramref name="first"/> + i in group <paramref name="groups"/>[i].</summary>
    public abstract void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups, RowMap map);

    /// <summary>Appends the present result of a call for each group.</summary>
    /// <exception cref="ArithmeticOverflowException">A result does not fit its type.</exception>
    public abstract void AppendResults(AggregateCall call, ReadOnlySpan<uint> groups, RowMap map, Column into);

    /// <summary>At the end of an epoch: true when more values of a group were withdrawn than had been added.</summary>
    public abstract bool IsNegative(uint group, RowMap map);

    /// <summary>At the end of an epoch, after results were taken: frees what withdrawn values still hold. Group records may be written.</summary>
    public virtual void EndEpoch(RowMap map)
    {
    }

    /// <summary>Takes over what another accumulator of the same calls keeps beside the records of some groups, after those were copied.</summary>
    /// <param name="former">Not used any more afterwards.</param>
    /// <param name="groups">The groups as they are in <paramref name="map"/>.</param>
    /// <param name="map">The groups here.</param>
    public virtual void TakeOver(Accumulator former, TakenGroups groups, RowMap map)
    {
    }

    /// <summary>Rebuilds what is not in the records after state was read back.</summary>
    public virtual void AfterRestore(RowMap map)
    {
    }

    public virtual void Dispose()
    {
    }

    protected static ArithmeticOverflowException Overflow(string function, DataType result, string value) =>
        new($"{function} does not fit {result}: {value}. Aggregate a smaller expression, or one of another type.");
}

/// <summary>Groups whose records were copied from another operator of the same calls.</summary>
/// <param name="All">Each of them.</param>
/// <param name="ByNumber">Those with a number by the one that they had there; here they have numbers of their own.</param>
internal readonly record struct TakenGroups(IReadOnlyList<uint> All, IReadOnlyDictionary<long, uint> ByNumber);
