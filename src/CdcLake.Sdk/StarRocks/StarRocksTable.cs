using CdcLake.Connectors;
using CdcLake.StarRocks;
using CdcLake.StarRocks.Commits;
using CdcLake.StarRocks.Ddl;

namespace CdcLake;

/// <summary>A table of a <see cref="StarRocksCluster"/>: what a sink fills. Immutable and thread-safe.</summary>
public sealed class StarRocksTable
{
    private readonly ClusterCommitGroup _commits;
    private readonly TableName _name;
    private readonly StarRocksTableOptions _options;

    internal StarRocksTable(ClusterCommitGroup commits, TableName name, StarRocksTableOptions options) => (_commits, _name, _options) = (commits, name, options);

    /// <summary>Database and table: <c>analytics.users</c>.</summary>
    public string Name => _name.ToString();

    /// <summary>
    /// Which source position the visible rows stand for, as the table <c>cdclake_positions</c> of the same database says: for a source with GTIDs the GTID set.
    /// </summary>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Null when no pipeline has committed to the table, or one is filling it for the first time.</returns>
    /// <exception cref="MySqlServerException">No frontend answers, or it refuses the login.</exception>
    public async Task<string?> ReadPositionAsync(CancellationToken cancellationToken = default)
    {
        var positions = new PositionTable(_commits.Connection, _name.Database);
        var position = await positions.ExistsAsync(cancellationToken).ConfigureAwait(false) && await positions.ReadAsync(_name, cancellationToken).ConfigureAwait(false) is { } row ? row.Position : null;
        return position is null ? null : position.GetValueOrDefault("gtid") ?? string.Join(':', position.Values);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal ISinkTarget Target(bool checksKeys) => new StarRocksSinkTarget(_commits, _name, _options, checksKeys);
}
