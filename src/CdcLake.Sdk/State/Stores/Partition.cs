using System.Globalization;

namespace CdcLake.State.Stores;

/// <summary>One of the partitions that an operator runs in.</summary>
/// <param name="Number">From 0.</param>
/// <param name="Count">How many there are.</param>
internal readonly record struct Partition(int Number, int Count)
{
    /// <summary>Of an operator that runs once.</summary>
    public static readonly Partition Only = new(0, 1);

    /// <summary>What names this partition's part of a checkpoint that is being made.</summary>
    /// <param name="operatorName">As in the plan.</param>
    public string PartOf(string operatorName) => Count == 1 ? operatorName : string.Create(CultureInfo.InvariantCulture, $"{operatorName} {Number + 1}/{Count}");
}
