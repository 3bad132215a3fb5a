using CdcLake.Connectors;
using CdcLake.StarRocks.Commits;
using CdcLake.StarRocks.Ddl;

namespace CdcLake.StarRocks;

/// <summary>A table as a <c>ToStarRocks</c> call names it; a key of the user's is checked, the key of a captured table is not. Immutable.</summary>
internal sealed class StarRocksSinkTarget(ClusterCommitGroup commits, TableName table, StarRocksTableOptions options, bool checksKeys) : ISinkTarget
{
    /// <summary>The table's name.</summary>
    public TableName Table => table;

    /// <summary>How the table is created.</summary>
    public StarRocksTableOptions Options => options;

    /// <summary>Who commits for its cluster: the same object for all tables of one.</summary>
    public ClusterCommitGroup Cluster => commits;

    /// <summary>The same call for a table of that name in another cluster.</summary>
    public StarRocksSinkTarget In(ClusterCommitGroup other) => new(other, table, options, checksKeys);

    public ISink CreateSink() => new StarRocksSink(commits, table, options, checksKeys);
}
