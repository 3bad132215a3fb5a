namespace CdcLake.Iceberg.Writing;

/// <summary>
/// Finishes several files of a commit: what is left to encode of each, one after the other, and beside that what the store takes for those before it. So they take about as long as the
/// slowest one where a store is behind a network.
/// </summary>
internal static class Uploads
{
    /// <summary>Files in flight: round trips to a store, not processors.</summary>
    public const int AtATime = 16;

    /// <summary>Finishes all of them. When one fails, those that were begun have ended too.</summary>
    /// <param name="files">What is to be finished.</param>
    /// <param name="finish">Does it; called for one after the other, each as soon as the former one waits for the store.</param>
    /// <returns>What became of each, in the same order.</returns>
    public static async Task<List<TResult>> FinishAsync<T, TResult>(IReadOnlyCollection<T> files, Func<T, Task<TResult>> finish)
    {
        var results = new List<TResult>(files.Count);
        foreach (var some in files.Chunk(AtATime))
        {
            results.AddRange(await Task.WhenAll(some.Select(finish)).ConfigureAwait(false));
        }

        return results;
    }
}
