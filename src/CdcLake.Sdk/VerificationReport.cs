namespace CdcLake;

/// <summary>What <see cref="Pipeline.VerifyAsync"/> found. Immutable.</summary>
/// <param name="Sinks">One for each sink, in the order of the pipeline.</param>
public sealed record VerificationReport(IReadOnlyList<SinkVerification> Sinks)
{
    /// <summary>True when no sink that was compared differs from its table, and at least one was.</summary>
    public bool IsEqual => Sinks.Any(s => s.NotComparedBecause is null) && Sinks.All(s => s.DifferingRanges == 0);
}
