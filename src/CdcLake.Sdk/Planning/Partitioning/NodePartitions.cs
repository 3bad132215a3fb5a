using CdcLake.Columnar;

namespace CdcLake.Planning.Partitioning;

/// <summary>Where an operator runs when a pipeline uses several partitions, and where its rows are then.</summary>
/// <param name="IsPartitioned">False for an operator that runs once: a source, a sink, an order or aggregate over everything.</param>
internal sealed record NodePartitions(bool IsPartitioned)
{
    /// <summary>Runs once.</summary>
    public static readonly NodePartitions Single = new(false);

    /// <summary>
    /// For each value whose hash says the partition of a row that comes out, the columns that hold it; null where the rows do not show it. An empty list of columns holds no value: none fits it.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int>>? Spread { get; init; }

    /// <summary>For each input the columns by whose values its rows are exchanged; null where they are in the right partition already, or there is one only.</summary>
    public IReadOnlyList<IReadOnlyList<int>?> Exchanges { get; init; } = [];

    /// <summary>The operator's key columns, under names of their own; null where it runs once.</summary>
    public Schema? Key { get; init; }

    /// <summary>Which of them say the partition, in that order.</summary>
    public IReadOnlyList<int> Parts { get; init; } = [];

    /// <summary>For people: the columns of the operator's first input that say the partition; null where it does not look at any.</summary>
    public string? Text { get; init; }
}
