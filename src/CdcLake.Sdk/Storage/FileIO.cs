namespace CdcLake.Storage;

/// <summary>
/// Files by absolute URI, as tables name them. The store is chosen by the longest prefix that fits. Where a store does not see to that itself
/// (<see cref="IObjectStore.Retries"/>), each call has a time-out, and one that failed for a passing reason (<see cref="CdcLakeException.IsTransient"/>) is tried
/// again, since all calls here may be repeated. Safe for concurrent use.
/// </summary>
internal sealed class FileIO
{
    private readonly StoreMounts _mounts;
    private readonly StoreLimits _limits;
    private readonly TimeProvider _clock;

    /// <param name="mounts">Stores by prefix.</param>
    /// <param name="limits">Time-outs and attempts.</param>
    /// <param name="clock">Measures them.</param>
    public FileIO(StoreMounts mounts, StoreLimits limits, TimeProvider clock)
    {
        _mounts = mounts;
        _limits = limits;
        _clock = clock;
    }

    /// <summary>All files in one store.</summary>
    public static FileIO Over(IObjectStore store, TimeProvider clock) => new(new StoreMounts([new StoreMount("", store)]), StoreLimits.Default, clock);

    /// <summary>Opens for sequential and random reading. The caller disposes the stream.</summary>
    /// <exception cref="ObjectStoreException">Missing or not readable.</exception>
    public Task<Stream> OpenReadAsync(string uri, CancellationToken cancellationToken) =>
        RunAsync(uri, static (s, n, _, c) => s.OpenReadAsync(n, c), default, cancellationToken);

    /// <summary>Reads a whole (small) file, or null when it does not exist.</summary>
    public Task<byte[]?> TryReadAsync(string uri, CancellationToken cancellationToken) =>
        RunAsync(uri, static (s, n, _, c) => s.TryReadAsync(n, c), default, cancellationToken);

    /// <summary>Begins a new file. The writer's own calls have no time-out here: how long they may take depends on what is written.</summary>
    public Task<IObjectWriter> CreateAsync(string uri, CancellationToken cancellationToken) =>
        RunAsync(uri, static (s, n, _, c) => s.CreateAsync(n, c), default, cancellationToken);

    /// <summary>Writes a whole file under a name that nobody else writes.</summary>
    public Task PutAsync(string uri, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        RunAsync(uri, static (s, n, b, c) => Done(s.PutAsync(n, b, c)), content, cancellationToken);

    /// <summary>URIs of all files below a folder.</summary>
    /// <param name="folder">URI without trailing slash.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async IAsyncEnumerable<string> ListAsync(string folder, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (store, prefix) = await RunAsync(folder, static (s, n, _, _) => Task.FromResult((s, n + '/')), default, cancellationToken).ConfigureAwait(false);
        await foreach (var name in store.ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            yield return store.UriOf(name);
        }
    }

    /// <summary>When a file was written, by its store's clock; null when it does not exist.</summary>
    public Task<DateTimeOffset?> LastModifiedAsync(string uri, CancellationToken cancellationToken) =>
        RunAsync(uri, static (s, n, _, c) => s.LastModifiedAsync(n, c), default, cancellationToken);

    /// <summary>The same text for all spellings of a file's URI that its store knows; null when no store has it.</summary>
    public async Task<string?> CanonicalAsync(string uri, CancellationToken cancellationToken)
    {
        try
        {
            return await RunAsync(uri, static (s, n, _, _) => Task.FromResult(s.UriOf(n)), default, cancellationToken).ConfigureAwait(false);
        }
        catch (ObjectStoreException)
        {
            return null; // it lies elsewhere
        }
    }

    /// <summary>Removes a file; a missing one is no error.</summary>
    public Task DeleteAsync(string uri, CancellationToken cancellationToken) =>
        RunAsync(uri, static (s, n, _, c) => Done(s.DeleteAsync(n, c)), default, cancellationToken);

    /// <summary>Removes many files, in any order, with as few requests as their stores allow; missing ones are no error. What can be removed is gone when it fails.</summary>
    public async Task DeleteManyAsync(IEnumerable<string> uris, CancellationToken cancellationToken)
    {
        foreach (var files in uris.GroupBy(_mounts.StoreOf))
        {
            var names = files.Select(files.Key.NameOf).ToList();
            await RunAsync(files.Key, $"{files.First()} and others", (s, c) => Done(s.DeleteManyAsync(names, c)), cancellationToken).ConfigureAwait(false);
        }
    }

    private static async Task<bool> Done(Task task)
    {
        await task.ConfigureAwait(false);
        return true;
    }

    private Task<T> RunAsync<T>(
        string uri, Func<IObjectStore, string, ReadOnlyMemory<byte>, CancellationToken, Task<T>> call, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var store = _mounts.StoreOf(uri);
        var name = store.NameOf(uri);
        return RunAsync(store, uri, (s, c) => call(s, name, content, c), cancellationToken);
    }

    private async Task<T> RunAsync<T>(IObjectStore store, string what, Func<IObjectStore, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        if (store.Retries)
        {
            return await call(store, cancellationToken).ConfigureAwait(false);
        }

        for (var attempt = 1; ; attempt++)
        {
            using var timeout = new CancellationTokenSource(_limits.CallTimeout, _clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            try
            {
                return await call(store, either.Token).ConfigureAwait(false);
            }
            catch (ObjectStoreException e) when (e.IsTransient && attempt < _limits.Attempts)
            {
                // a passing fault: once more, a little later
            }
            catch (OperationCanceledException e) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                if (attempt >= _limits.Attempts)
                {
                    throw new ObjectStoreException(
                        $"The store of {what} did not answer within {_limits.CallTimeout.TotalSeconds:0.#} s, {attempt} times. It is overloaded or not reachable; nothing that was committed before is affected.", e)
                    {
                        IsTransient = true,
                    };
                }
            }

            await Task.Delay(_limits.Delay * Math.Pow(2, attempt - 1), _clock, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>How long and how often a store is asked.</summary>
/// <param name="CallTimeout">Of one call.</param>
/// <param name="Attempts">Calls altogether, 1 or more.</param>
/// <param name="Delay">Before the second one; doubled for each further one.</param>
internal sealed record StoreLimits(TimeSpan CallTimeout, int Attempts, TimeSpan Delay)
{
    public static StoreLimits Default { get; } = new(TimeSpan.FromMinutes(1), 4, TimeSpan.FromMilliseconds(100));
}
