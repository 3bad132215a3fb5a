using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Catalogs.FileSystem;

/// <summary>A version of a table and the bytes of its file. Immutable.</summary>
/// <param name="Version">N of <c>vN.metadata.json</c>.</param>
/// <param name="Name">Name of the file in the store.</param>
/// <param name="Bytes">Content of the file as it is stored.</param>
/// <param name="Table">What it says.</param>
internal sealed record StoredVersion(long Version, string Name, byte[] Bytes, CatalogTable Table)
{
    /// <summary>True while the file is there and says the same: the table was not dropped, nor created anew under the same name.</summary>
    public async Task<bool> StandsAsync(IObjectStore store, CancellationToken cancellationToken) =>
        await store.TryReadAsync(Name, cancellationToken).ConfigureAwait(false) is { } bytes && bytes.AsSpan().SequenceEqual(Bytes);
}
