using CdcLake.Connectors;

namespace CdcLake.Runtime;

/// <summary>
/// Where a run begins. The sinks are the truth: operator state is only usable when it is not ahead of any of them, since what a sink has not committed
/// has to come out of the operators again.
/// </summary>
/// <param name="From">Position to read from; null reads the source from its beginning.</param>
/// <param name="RestoreState">True when the checkpoint's operator state is loaded at <paramref name="From"/>.</param>
internal readonly record struct StartDecision(SourcePosition? From, bool RestoreState)
{
    /// <summary>True when all rows are to be read from the source again, whatever the pipeline began with.</summary>
    public bool ReadsAnew { get; init; }

    /// <summary>Decides from what exists.</summary>
    /// <param name="stateful">The plan has operators with state, or sinks that live in the process.</param>
    /// <param name="checkpoint">Position of the newest checkpoint, or null.</param>
    /// <param name="sinks">Committed position of each durable sink, null where it has none; possibly there is no such sink.</param>
    public static StartDecision Of(bool stateful, SourcePosition? checkpoint, IReadOnlyList<SourcePosition?> sinks)
    {
        if (stateful)
        {
            return checkpoint is not null && sinks.All(s => s is not null && s.Covers(checkpoint))
                ? new StartDecision(checkpoint, true)
                : new StartDecision(null, false);
        }

        // Without state any sink's position will do that all others have reached; none when one sink is empty or two went different ways. Where the pipeline began at a place in the log,
        // an empty sink is one that was added: it begins where the others stand.
        var stood = sinks.Any(s => s?.Since is not null) ? [.. sinks.OfType<SourcePosition>()] : sinks;
        var isOne = stood.Select(s => s?.Since).Distinct().Count() <= 1;
        return new StartDecision(isOne ? stood.FirstOrDefault(s => s is not null && stood.All(o => o is not null && o.Covers(s))) : null, false);
    }

    /// <summary>Decides where parts of a snapshot are all that some sink has: a snapshot that goes on is read anew in another order, so all must stand at the very same part.</summary>
    /// <param name="stateful">The plan has operators with state.</param>
    /// <param name="checkpoint">Position of the newest checkpoint, or null.</param>
    /// <param name="sinks">The parts of each sink, newest first.</param>
    public static StartDecision OfParts(bool stateful, SourcePosition? checkpoint, IReadOnlyList<IReadOnlyList<SourcePosition>> sinks)
    {
        IEnumerable<SourcePosition> candidates = !stateful ? sinks.Count > 0 ? sinks[0] : [] : checkpoint is { IsPartial: true } ? [checkpoint] : [];
        var common = sinks.Count > 0 ? candidates.FirstOrDefault(c => sinks.All(parts => parts.Contains(c))) : null;
        return new StartDecision(common, stateful && common is not null);
    }
}
