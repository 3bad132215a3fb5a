using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow;

/// <summary>
/// The synchronous core of a stage. Work is given by <see cref="Process"/> or <see cref="EndEpoch"/>, then its output is taken piece by piece with
/// <see cref="Next"/> until that returns null; only then may the next work be given. So a join that multiplies rows never holds more than one piece.
/// Not thread-safe; the owner disposes it.
/// </summary>
internal interface IOperator : IDisposable
{
    /// <summary>Named by content, unique within the plan; names state, messages and metrics.</summary>
    string Name { get; }

    /// <summary>Columns of what comes out.</summary>
    Schema Schema { get; }

    /// <summary>How many inputs it has; they are numbered from 0.</summary>
    int Inputs { get; }

    /// <summary>Keyed state, in a fixed order; empty when the operator keeps none. Written and read back only between epochs.</summary>
    IReadOnlyList<IStateStore> State { get; }

    /// <summary>An epoch begins that is something else than changes; not called for <see cref="EpochKind.Changes"/>.</summary>
    void BeginEpoch(EpochKind kind)
    {
    }

    /// <summary>
    /// A captured table that reaches this operator is another one from here on; between two epochs. An operator that can go on adapts itself, or needs not: where the
    /// captured columns stay what they are nothing is to do.
    /// </summary>
    /// <exception cref="SchemaMismatchException">The operator cannot go on with it.</exception>
    void Rebind(TableChange change)
    {
        if (!change.KeepsColumns)
        {
            throw change.RefusedBy(Name);
        }
    }

    /// <summary>Takes in changes of the open epoch. Ownership of the batch passes.</summary>
    void Process(int input, ChangeBatch batch);

    /// <summary>All inputs have seen the whole epoch; nothing of the next one has come.</summary>
    /// <param name="epoch">Where the source stands now, and when the newest transaction in it was committed there.</param>
    /// <exception cref="InconsistentChangeException">A row was withdrawn that was not there.</exception>
    void EndEpoch(Epoch epoch);

    /// <summary>The next piece of output, never empty, or null when there is none left. Ownership passes to the caller.</summary>
    ChangeBatch? Next();

    /// <summary>
    /// Takes over what belongs to this partition of an operator of the same meaning, whose state was read back and which is given up afterwards. Called before the first change,
    /// once for each partition that the state was written in.
    /// </summary>
    void TakeOver(IOperator former, KeyShare share) => throw new InvalidOperationException($"{Name} keeps state that is not in partitions.");

    /// <summary>Called once after the state was read back and before the first change.</summary>
    void AfterRestore()
    {
        foreach (var store in State)
        {
            store.AfterRestore();
        }
    }
}
