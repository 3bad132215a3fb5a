namespace CdcLake.Simulation;

/// <summary>What became of a run.</summary>
/// <param name="Steps">Decisions of the scheduler.</param>
/// <param name="Faults">What went wrong, by kind.</param>
/// <param name="Commits">Commits that were looked at.</param>
/// <param name="Fingerprint">Of all decisions.</param>
/// <param name="Failure">Null when all went as it must.</param>
/// <param name="Trace">The last decisions.</param>
internal sealed record RunResult(long Steps, int[] Faults, int Commits, ulong Fingerprint, Exception? Failure, IReadOnlyList<string> Trace);
