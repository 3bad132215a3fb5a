using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;

namespace CdcLake.StarRocks.Commits;

/// <summary>Both ways to a cluster: statements and loads.</summary>
internal sealed record ClusterConnection(Frontend Frontend, LoadClient Client, StarRocksOptions Options)
{
    /// <summary>Addresses for loads, in the order in which they are tried; for the settings of other engines.</summary>
    public IReadOnlyList<Uri> LoadAddresses { get; init; } = [];

    /// <summary>Requests, each with a limit by that clock.</summary>
    public LoadCalls Calls(TimeProvider clock) => new(Client, Options, clock);

    public Patience Patience(TimeProvider clock) => new(clock, Options.RetryFor);
}
