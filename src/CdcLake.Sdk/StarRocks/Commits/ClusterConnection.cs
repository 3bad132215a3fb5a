using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;

namespace CdcLake.StarRocks.Commits;

/// <summary>Both ways to a cluster: statements and loads.</summary>
internal sealed record ClusterConnection(Frontend Frontend, LoadCalls Calls, StarRocksOptions Options)
{
    /// <summary>Addresses for loads, in the order in which they are tried; for the settings of other engines.</summary>
    public IReadOnlyList<Uri> LoadAddresses { get; init; } = [];

    public Patience Patience(TimeProvider clock) => new(clock, Options.RetryFor);
}
