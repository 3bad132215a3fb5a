using CdcLake.Iceberg.Manifests;

namespace CdcLake.Iceberg.Tables;

/// <summary>All data files the index points into, by ordinal. Not thread-safe.</summary>
internal sealed class LiveFiles
{
    private readonly Dictionary<int, LiveFile> _files = [];
    private int _next;

    public int Count => _files.Count;

    /// <summary>In the order in which they were added.</summary>
    public IEnumerable<LiveFile> All => _files.Values.OrderBy(f => f.Ordinal);

    public LiveFile this[int ordinal] => _files[ordinal];

    /// <summary>A file that is about to be written.</summary>
    public LiveFile Begin()
    {
        var file = new LiveFile(_next++);
        _files.Add(file.Ordinal, file);
        return file;
    }

    /// <summary>A file of the table.</summary>
    public LiveFile AddCommitted(DataFile data)
    {
        var file = Begin();
        file.File = data;
        file.IsCommitted = true;
        return file;
    }

    public void Remove(LiveFile file) => _files.Remove(file.Ordinal);

    /// <summary>Hides a row; it was visible until now.</summary>
    public void Delete(RowLocation location) => _files[location.File].Delete(location.Position);
}
