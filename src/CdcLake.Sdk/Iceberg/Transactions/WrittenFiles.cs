using CdcLake.Storage;

namespace CdcLake.Iceberg.Transactions;

/// <summary>URIs of files that were written for a commit which has not happened yet.</summary>
internal sealed class WrittenFiles
{
    private readonly FileIO _store;
    private List<string> _names = [];

    public WrittenFiles(FileIO store) => _store = store;

    public void Add(string name) => _names.Add(name);

    /// <summary>Forgets the names and hands them out: the files belong to the table now, or may do so.</summary>
    public IReadOnlyList<string> Detach()
    {
        var names = _names;
        _names = [];
        return names;
    }

    /// <summary>Takes names back: the files do not belong to the table.</summary>
    public void Attach(IEnumerable<string> names) => _names.AddRange(names);

    /// <summary>The commit certainly did not and will not happen: removes the files as far as possible. What stays is harmless: no metadata names it.</summary>
    public async Task DeleteAllAsync()
    {
        try
        {
            await _store.DeleteManyAsync(_names, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ObjectStoreException)
        {
            // The error that made the commit fail is the one to report; this one has the same cause or none that matters.
        }

        _names.Clear();
    }
}
