using CdcLake.Storage;

namespace CdcLake.Iceberg.Commits;

/// <summary>Names of files that were written for a commit which has not happened yet.</summary>
internal sealed class WrittenFiles
{
    private readonly IObjectStore _store;
    private readonly List<string> _names = [];

    public WrittenFiles(IObjectStore store) => _store = store;

    public void Add(string name) => _names.Add(name);

    /// <summary>They belong to the table now.</summary>
    public void Clear() => _names.Clear();

    /// <summary>The commit certainly did not and will not happen: removes the files as far as possible. What stays is harmless: no metadata names it.</summary>
    public async Task DeleteAllAsync()
    {
        foreach (var name in _names)
        {
            try
            {
                await _store.DeleteAsync(name, CancellationToken.None).ConfigureAwait(false);
            }
            catch (ObjectStoreException)
            {
                // The error that made the commit fail is the one to report; this one has the same cause or none that matters.
            }
        }

        _names.Clear();
    }
}
