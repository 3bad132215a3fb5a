using CdcLake.Connectors;
using CdcLake.StarRocks.Commits;
using CdcLake.StarRocks.Ddl;

namespace CdcLake.StarRocks;

/// <summary>A table as a <c>ToStarRocks</c> call names it; a key of the user's is checked, the key of a captured table is not. Immutable.</summary>
internal sealed class StarRocksSinkTarget(ClusterCommitGroup commits, TableName table, StarRocksTableOptions options, bool checksKeys) : ISinkTarget
{
    public ISink CreateSink() => new StarRocksSink(commits, table, options, checksKeys);
}
