using System.Runtime.InteropServices;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Iceberg.Scanning;

/// <summary>The keys that equality delete files of the same key columns delete: for each the latest commit that does. Not thread-safe.</summary>
internal sealed class EqualityDeleteSet
{
    // Prefix of a record: sequence number of the newest file with the key (8), number of that file (4).
    private const int Number = sizeof(long);

    private readonly RowMap _keys = new(Number + sizeof(int));
    private readonly List<LiveDeletes> _files = [];
    private readonly Dictionary<(int? Spec, PartitionTuple? Partition), (int Number, long Newest)> _scopes = [];
    private uint[] _references = [];

    /// <summary>The number of the partition that a delete file is about, or of all together.</summary>
    public int ScopeOf(ManifestEntry deletes, bool isGlobal)
    {
        var number = _scopes.Count;
        ref var scope = ref CollectionsMarshal.GetValueRefOrAddDefault(_scopes, isGlobal ? default : (deletes.File.SpecId, deletes.File.Partition), out var isKnown);
        scope = (isKnown ? scope.Number : number, Math.Max(scope.Newest, deletes.Sequence));
        return scope.Number;
    }

    /// <summary>The scopes with keys that may hide rows of a data file: deletes are about rows of earlier commits only.</summary>
    public IEnumerable<int> ScopesOf(DeleteTarget target)
    {
        foreach (var key in new (int?, PartitionTuple?)[] { default, (target.File.File!.SpecId, target.File.File.Partition) })
        {
            if (_scopes.TryGetValue(key, out var scope) && scope.Newest > target.Sequence)
            {
                yield return scope.Number;
            }
        }
    }

    /// <summary>Takes in keys of a delete file.</summary>
    public void Add(ManifestEntry entry, EncodedRows keys)
    {
        if (_files.Count == 0 || !ReferenceEquals(_files[^1].File, entry.File))
        {
            _files.Add(new LiveDeletes(entry.File));
        }

        _references = _references.Length < keys.Count ? new uint[keys.Count] : _references;
        _keys.FindOrAdd(keys, _references.AsSpan(0, keys.Count));
        foreach (var reference in _references.AsSpan(0, keys.Count))
        {
            ref var sequence = ref _keys.Field<long>(reference, 0);
            if (entry.Sequence > sequence)
            {
                sequence = entry.Sequence;
                _keys.Field<int>(reference, Number) = _files.Count - 1;
            }
        }
    }

    /// <summary>Deletes those rows whose key is in the set.</summary>
    /// <param name="target">A file that the set applies to.</param>
    /// <param name="firstRow">Number of the first row.</param>
    /// <param name="rows">Keys of consecutive rows.</param>
    public void ApplyTo(DeleteTarget target, long firstRow, EncodedRows rows)
    {
        _references = _references.Length < rows.Count ? new uint[rows.Count] : _references;
        _keys.Find(rows, _references.AsSpan(0, rows.Count));
        for (var i = 0; i < rows.Count; i++)
        {
            var reference = _references[i];
            if (reference != 0 && _keys.Field<long>(reference, 0) > target.Sequence)
            {
                target.File.Load(_files[_keys.Field<int>(reference, Number)], firstRow + i, isBase: false);
            }
        }
    }
}
