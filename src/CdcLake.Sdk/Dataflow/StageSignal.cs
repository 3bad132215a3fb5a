using CdcLake.Connectors;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow;

// The order on every channel:
//
//   stream = { [EpochBegin] changes* EpochEnd | TableChanged | StreamBarrier }
//
// Every sender sends all signals in one and the same order, so a receiver with several channels sees each of them once, when it has come on all.

/// <summary>What happens to the stream at one place in it. Goes once over every channel, through all stages, to all sinks.</summary>
internal abstract record StageSignal;

/// <summary>An epoch begins that is something else than changes. One of <see cref="EpochKind.Changes"/> begins with its first change, without a message.</summary>
/// <param name="Kind">What its changes mean.</param>
internal sealed record EpochBegin(EpochKind Kind) : StageSignal;

/// <summary>All changes of the epoch came before this.</summary>
/// <param name="Epoch">Which epoch.</param>
internal sealed record EpochEnd(Epoch Epoch) : StageSignal;

/// <summary>A captured table is another one from here on; only between two epochs.</summary>
/// <param name="Change">What happened.</param>
internal sealed record TableChanged(TableChange Change) : StageSignal
{
    /// <summary>What each sink that the table reaches would be opened with from here on, by the sink's number.</summary>
    public IReadOnlyDictionary<int, SinkOpening> Openings { get; init; } = new Dictionary<int, SinkOpening>();
}

/// <summary>Cuts the stream between two epochs: what lies before it is checkpointed, committed, or both.</summary>
/// <param name="Checkpoint">What stages and volatile sinks write their state to; null when only a commit is wanted.</param>
/// <param name="Commit">Where the durable sinks meet; null when no commit is wanted.</param>
internal sealed record StreamBarrier(ICheckpointRound? Checkpoint, ICommitRound? Commit) : StageSignal;
