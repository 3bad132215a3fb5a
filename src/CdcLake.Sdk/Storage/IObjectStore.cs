using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace CdcLake.Storage;

/// <summary>
/// Named byte sequences below one root. Names are relative, with '/' between levels and no leading slash. Written objects are immutable and durable once
/// the call returns. Safe for concurrent use.
/// </summary>
/// <remarks>
/// Every call ends when its token is cancelled, as far as the system lets it, and fails with an <see cref="ObjectStoreException"/> alone, classified where it is
/// wrapped: <see cref="CdcLakeException.IsTransient"/> means that the same call may succeed later. All calls may be repeated after a failure, except
/// <see cref="TryPutNewAsync"/>: whether that one took effect is not known then, and the next attempt would meet its own object.
/// <c>ToString</c> gives the root, for messages.
/// </remarks>
internal interface IObjectStore
{
    /// <summary>True when calls wait and try again by themselves, so that nobody else should: a store behind a network, which knows best what to repeat and when.</summary>
    bool Retries => false;

    /// <summary>Absolute URI of a name as other readers spell it, for example <c>file:///data/warehouse/demo/t/data/x.parquet</c>.</summary>
    string UriOf(string name);

    /// <summary>The name below the root for an absolute URI that <see cref="UriOf"/> (or a compatible writer) made.</summary>
    /// <exception cref="ObjectStoreException">The URI lies outside the root.</exception>
    string NameOf(string uri);

    /// <summary>Opens for sequential and random reading. The caller disposes the stream.</summary>
    /// <exception cref="ObjectStoreException">Missing or not readable.</exception>
    Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>Reads a whole (small) object, or null when it does not exist.</summary>
    Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken);

    /// <summary>When an object was written, by the store's clock; null when it does not exist.</summary>
    Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken);

    /// <summary>Creates a new object; the bytes become visible as a whole when the returned writer is completed.</summary>
    Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken);

    /// <summary>Writes a whole object, replacing what was there atomically.</summary>
    Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Writes a whole object only if the name is free, atomically among all writers. False: it exists.</summary>
    Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>Removes an object; a missing one is no error.</summary>
    Task DeleteAsync(string name, CancellationToken cancellationToken);

    /// <summary>Removes many objects, in any order, with as few requests as the store allows; missing ones are no error. What can be removed is gone when it fails.</summary>
    async Task DeleteManyAsync(IReadOnlyCollection<string> names, CancellationToken cancellationToken)
    {
        ExceptionDispatchInfo? failure = null;
        foreach (var name in names)
        {
            try
            {
                await DeleteAsync(name, cancellationToken).ConfigureAwait(false);
            }
            catch (ObjectStoreException e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }

        failure?.Throw();
    }

    /// <summary>All names that start with <paramref name="prefix"/>, in ordinal order.</summary>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>The folders directly below one (or below the root, with an empty text) that hold an object somewhere, by name and in no particular order.</summary>
    async IAsyncEnumerable<string> ListFoldersAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var name in ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            var slash = name.IndexOf('/', prefix.Length);
            if (slash > 0 && seen.Add(name[prefix.Length..slash]))
            {
                yield return name[prefix.Length..slash];
            }
        }
    }
}

/// <summary>An object being written. Disposing without <see cref="CompleteAsync"/> leaves nothing behind.</summary>
internal interface IObjectWriter : IAsyncDisposable
{
    /// <summary>Bytes written so far.</summary>
    long Length { get; }

    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Makes the object durable and visible under its name.</summary>
    /// <exception cref="ObjectStoreException">Disk full, or the store refused.</exception>
    Task CompleteAsync(CancellationToken cancellationToken);
}
