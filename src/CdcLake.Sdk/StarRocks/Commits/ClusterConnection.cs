using CdcLake.StarRocks.Ddl;
using CdcLake.StarRocks.StreamLoad;

namespace CdcLake.StarRocks.Commits;

/// <summary>Both ways to a cluster: statements and loads.</summary>
internal sealed record ClusterConnection(Frontend Frontend, LoadCalls Calls, StarRocksOptions Options)
{
    public Patience Patience(TimeProvider clock) => new(clock, Options.RetryFor);
}
