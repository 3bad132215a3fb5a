using CdcLake.Common;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs.FileSystem;

/// <summary>
/// Asks a store once whether a second writer of the same name is refused. Stores exist that accept the condition and ignore it, and file systems that
/// have no exclusive creation: two instances there would both believe that they committed.
/// </summary>
internal sealed class ExclusiveCreation
{
    private readonly IObjectStore _store;
    private readonly string _catalog;
    private volatile bool _isKnown;

    /// <param name="store">The store.</param>
    /// <param name="catalog">Name of the catalog for messages.</param>
    public ExclusiveCreation(IObjectStore store, string catalog)
    {
        _store = store;
        _catalog = catalog;
    }

    /// <exception cref="ObjectStoreException">The store does not refuse, or cannot create exclusively at all.</exception>
    public async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_isKnown)
        {
            return;
        }

        var probe = $".cdclake-probe-{RandomIds.Uuid()}";
        var first = await _store.TryPutNewAsync(probe, "1"u8.ToArray(), cancellationToken).ConfigureAwait(false);
        try
        {
            if (!first || await _store.TryPutNewAsync(probe, "2"u8.ToArray(), cancellationToken).ConfigureAwait(false))
            {
                throw new ObjectStoreException(
                    $"The store of {_catalog} does not refuse to create a file that exists, so two writers could both believe that they committed. "
                    + "Use a store with conditional writes (If-None-Match), or a REST or JDBC catalog.");
            }
        }
        finally
        {
            await _store.DeleteAsync(probe, CancellationToken.None).ConfigureAwait(false);
        }

        _isKnown = true;
    }
}
