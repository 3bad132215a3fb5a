using CdcLake.Iceberg;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Partitioning;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;

namespace CdcLake.Tests.Iceberg;

/// <summary>A table whose files have sizes but no content, changed as the sink would change it: for looking at many commits of large tables.</summary>
/// <param name="rowBytes">Size of each row.</param>
/// <param name="settings">Sizes.</param>
internal sealed class RewriteModel(int rowBytes, IcebergSinkSettings settings)
{
    private const int FileOverhead = 1500;
    private readonly RewritePolicy _policy = new(settings);
    private readonly Dictionary<LiveFile, List<int>> _keysOf = [];
    private readonly Dictionary<int, (LiveFile File, int Position)> _index = [];
    private static readonly HashSet<FilePartition> Unpartitioned = [new(0, PartitionTuple.Empty, "")];
    private int _ordinals;

    public ICollection<LiveFile> Files => _keysOf.Keys;

    public int Rows => _index.Count;

    public int Commits { get; private set; }

    /// <summary>Bytes of rows that commits added.</summary>
    public long Added { get; private set; }

    /// <summary>Bytes of rows that commits removed.</summary>
    public long Removed { get; private set; }

    /// <summary>Bytes of data files that commits wrote.</summary>
    public long Written { get; private set; }

    private long Weight => Math.Max(rowBytes, RewritePolicy.LeastRowBytes);

    /// <summary>Forgets the counts, not the table.</summary>
    public void ResetCounts() => Added = Removed = Written = Commits = 0;

    public void Commit(IEnumerable<int> upserts, IEnumerable<int> deletes)
    {
        var rows = upserts.Distinct().ToList();
        foreach (var key in rows.Concat(deletes))
        {
            if (_index.Remove(key, out var at))
            {
                at.File.Delete(at.Position, settings.RecentDeleteRows);
                Removed += Weight;
            }
        }

        Commits++;
        Added += rows.Count * Weight;
        foreach (var file in _policy.Choose(_keysOf.Keys, rows.Count > 0 ? Unpartitioned : new HashSet<FilePartition>()))
        {
            rows.AddRange(_keysOf[file].Where((key, i) => !file.Deleted.Contains(i)));
            _keysOf.Remove(file);
        }

        foreach (var file in _keysOf.Keys.Where(f => f.LiveRows == 0).ToList())
        {
            _keysOf.Remove(file);
        }

        Write(rows);
        foreach (var file in _keysOf.Keys)
        {
            file.Committed();
        }
    }

    private void Write(List<int> rows)
    {
        foreach (var keys in rows.Chunk((int)(settings.TargetFileSizeBytes / rowBytes)))
        {
            var file = new LiveFile(_ordinals++)
            {
                File = new DataFile { Path = $"{_ordinals}", RecordCount = keys.Length, FileSize = FileOverhead + ((long)keys.Length * rowBytes) },
            };
            _keysOf.Add(file, [.. keys]);
            Written += keys.Length * Weight;
            for (var i = 0; i < keys.Length; i++)
            {
                _index[keys[i]] = (file, i);
            }
        }
    }
}
