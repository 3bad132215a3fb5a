using CdcLake.Iceberg.Manifests;

namespace CdcLake.Iceberg.Tables;

/// <summary>All data files the index points into, by ordinal. Not thread-safe.</summary>
internal sealed class LiveFiles
{
    private readonly SortedDictionary<int, LiveFile> _files = [];
    private readonly Dictionary<int, LiveFile> _byOrdinal = [];
    private int _next;

    public int Count => _files.Count;

    /// <summary>In the order in which they were added.</summary>
    public IReadOnlyCollection<LiveFile> All => _files.Values;

    public LiveFile this[int ordinal] => _byOrdinal[ordinal];

    /// <summary>A file that is about to be written.</summary>
    public LiveFile Begin()
    {
        var file = new LiveFile(_next++);
        _files.Add(file.Ordinal, file);
        _byOrdinal.Add(file.Ordinal, file);
        return file;
    }

    /// <summary>A complete file: one of the table, or one that the next commit adds.</summary>
    public LiveFile Add(DataFile data)
    {
        var file = Begin();
        file.File = data;
        return file;
    }

    /// <summary>A file that was removed is there again.</summary>
    public void PutBack(LiveFile file)
    {
        _files.Add(file.Ordinal, file);
        _byOrdinal.Add(file.Ordinal, file);
    }

    /// <summary>True until the file was removed.</summary>
    public bool Contains(LiveFile file) => _byOrdinal.TryGetValue(file.Ordinal, out var known) && known == file;

    public void Remove(LiveFile file)
    {
        _files.Remove(file.Ordinal);
        _byOrdinal.Remove(file.Ordinal);
    }
}
