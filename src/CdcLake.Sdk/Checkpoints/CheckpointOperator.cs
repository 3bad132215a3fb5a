using CdcLake.State.Stores;

namespace CdcLake.Checkpoints;

/// <summary>An operator of the plan, as far as checkpoints are concerned.</summary>
/// <param name="Name">Unique within the plan.</param>
/// <param name="Fingerprint">Hash of its meaning; state of another fingerprint must not be read.</param>
/// <param name="Stores">How many state stores each of its partitions has; 0 for operators without state, which count only in the comparison of plans.</param>
internal sealed record CheckpointOperator(string Name, string Fingerprint, int Stores)
{
    /// <summary>In how many partitions it runs.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>Names of its parts, by partition; none without state.</summary>
    public IEnumerable<string> Parts => Stores == 0 ? [] : Enumerable.Range(0, Partitions).Select(p => new Partition(p, Partitions).PartOf(Name));

    /// <param name="name">As in the plan.</param>
    /// <param name="fingerprint">As in the plan.</param>
    /// <param name="part">Any of its parts; null where it keeps no state.</param>
    public static CheckpointOperator Of(string name, string fingerprint, CheckpointPart? part) => new(name, fingerprint, part?.Stores.Count ?? 0) { Partitions = part?.Partition.Count ?? 1 };
}
