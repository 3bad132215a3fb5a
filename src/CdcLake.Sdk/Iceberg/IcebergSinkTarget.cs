using CdcLake.Connectors;
using CdcLake.Iceberg.Scanning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Transactions;
using CdcLake.Iceberg.Writing;

namespace CdcLake.Iceberg;

/// <summary>A table as a <c>ToIceberg</c> call names it, with the options of that call. Immutable.</summary>
/// <param name="catalog">Commits for all tables of its catalog.</param>
/// <param name="table">Its name there.</param>
/// <param name="settings">The options of the call.</param>
/// <param name="result">The table, as the application reads it.</param>
internal sealed class IcebergSinkTarget(CatalogCommitGroup catalog, TableIdentifier table, IcebergSinkSettings settings, object? result = null) : IComparableTarget, IRemovableTarget
{
    public object? Result => result;

    /// <summary>Drops the table.</summary>
    public Func<CancellationToken, Task> Remove { get; init; } = _ => Task.CompletedTask;

    /// <summary>The table's name.</summary>
    public TableIdentifier Table => table;

    /// <summary>The options of the call.</summary>
    public IcebergSinkSettings Settings => settings;

    /// <summary>Who commits for its catalog: the same object for all tables of one.</summary>
    public CatalogCommitGroup Catalog => catalog;

    /// <summary>The same call for a table of that name in another catalog.</summary>
    public IcebergSinkTarget In(CatalogCommitGroup other) => new(other, table, settings);

    public async Task RemoveAsync(string pipeline, CancellationToken cancellationToken)
    {
        if (await catalog.Catalog.LoadAsync(table, cancellationToken).ConfigureAwait(false) is { } found && CommitMarker.OwnerOf(found.Metadata) == pipeline)
        {
            await Remove(cancellationToken).ConfigureAwait(false);
        }
    }

    public async Task<IReadOnlyDictionary<string, string>?> FindPositionAsync(string pipeline, CancellationToken cancellationToken) =>
        await catalog.Catalog.LoadAsync(table, cancellationToken).ConfigureAwait(false) is { } found ? MarkedHistory.Of(found.Metadata, pipeline, settings.FollowedWork).Marker?.Position : null;

    public ISink CreateSink() => new IcebergSink(catalog, table, settings);

    public async Task<ITargetRows?> OpenRowsAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        if (await catalog.Catalog.LoadAsync(table, cancellationToken).ConfigureAwait(false) is null)
        {
            return null;
        }

        var reader = await IcebergTableReader.OpenAsync(catalog.Catalog, table, cancellationToken).ConfigureAwait(false);
        var history = MarkedHistory.Of(reader.Metadata, opening.Pipeline);
        return history.Foreign is { } foreign
            ? throw new CatalogException($"Nobody can say which source position the rows of table {table} in {catalog.Name} stand for: {foreign}.")
            : history.Marker is { } marker && reader.Current is not null ? new IcebergRows(reader, marker.Position, opening.Schema) : null;
    }
}
