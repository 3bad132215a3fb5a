using CdcLake.Columnar;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>
/// What happened to one table between the oldest and the newest instant its views may show: for each key touched in that window the last image, or that
/// the row is gone. Rows of a view with such a key are dropped and the remembered images added instead; the result is the table at the end of the window.
/// </summary>
internal sealed class TableOverlay : IDisposable
{
    private const int FilterBits = 1 << 16;
    private readonly KeyColumns _key;
    private readonly ChangeBatch _images;
    private readonly Dictionary<ulong, int> _heads = [];
    private readonly List<Entry> _entries = [];
    private readonly ulong[] _filter = new ulong[FilterBits / 64];
    private ulong[] _hashes = [];

    /// <param name="schema">Schema of the batches: the captured columns and those of the key.</param>
    /// <param name="key">The key in it; empty for a table without one, of which only <see cref="IsTouched"/> is known.</param>
    public TableOverlay(Columnar.Schema schema, IReadOnlyList<int> key)
    {
        _key = new KeyColumns(key);
        _images = new ChangeBatch(schema);
        HasKey = key.Count > 0;
    }

    public bool HasKey { get; }

    /// <summary>True when the window changed the table.</summary>
    public bool IsTouched { get; private set; }

    /// <summary>Keys that were touched.</summary>
    public int KeyCount => _entries.Count;

    /// <summary>Remembers changes of the window, in commit order.</summary>
    public void Apply(ChangeBatch changes)
    {
        IsTouched |= changes.Count > 0;
        if (!HasKey)
        {
            return;
        }

        var hashes = HashesOf(changes);
        for (var row = 0; row < changes.Count; row++)
        {
            var entry = FindOrAdd(changes, row, hashes[row]);
            _images.AppendFrom(changes, row, changes.Weights[row]);
            _entries[entry] = _entries[entry] with { Row = _images.Count - 1 };
        }
    }

    /// <summary>The rows of a view's batch whose key was not touched. All rows when <paramref name="keep"/> is left empty.</summary>
    public bool TryFilter(ChangeBatch batch, List<int> keep)
    {
        keep.Clear();
        if (_entries.Count == 0)
        {
            return false;
        }

        var hashes = HashesOf(batch);
        var dropped = false;
        for (var row = 0; row < hashes.Length; row++)
        {
            if (Find(batch, row, hashes[row]) < 0)
            {
                if (dropped)
                {
                    keep.Add(row);
                }
            }
            else if (!dropped)
            {
                dropped = true;
                for (var before = 0; before < row; before++)
                {
                    keep.Add(before);
                }
            }
        }

        return dropped;
    }

    /// <summary>Appends the remembered images that are rows at the end of the window and were not sent yet.</summary>
    /// <returns>For each of them its number, for <see cref="Sent"/>.</returns>
    public List<int> AppendImages(ChangeBatch target)
    {
        var numbers = new List<int>();
        for (var i = 0; i < _entries.Count; i++)
        {
            if (!_entries[i].IsSent && _images.Weights[_entries[i].Row] > 0)
            {
                target.AppendFrom(_images, _entries[i].Row, 1);
                numbers.Add(i);
            }
        }

        return numbers;
    }

    /// <summary>An image went out.</summary>
    public void Sent(int number) => _entries[number] = _entries[number] with { IsSent = true };

    public void Dispose() => _images.Dispose();

    private ReadOnlySpan<ulong> HashesOf(ChangeBatch batch)
    {
        if (_hashes.Length < batch.Count)
        {
            _hashes = new ulong[Math.Max(batch.Count, ChangeBatch.TargetRows)];
        }

        var hashes = _hashes.AsSpan(0, batch.Count);
        _key.Hash(batch, hashes);
        return hashes;
    }

    private int FindOrAdd(ChangeBatch batch, int row, ulong hash)
    {
        var found = Find(batch, row, hash);
        if (found >= 0)
        {
            return found;
        }

        _entries.Add(new Entry(-1, _heads.GetValueOrDefault(hash, -1)));
        _heads[hash] = _entries.Count - 1;
        _filter[(hash % FilterBits) / 64] |= 1UL << (int)(hash % 64);
        return _entries.Count - 1;
    }

    private int Find(ChangeBatch batch, int row, ulong hash)
    {
        if ((_filter[(hash % FilterBits) / 64] & (1UL << (int)(hash % 64))) == 0)
        {
            return -1;
        }

        var at = _heads.GetValueOrDefault(hash, -1);
        while (at >= 0 && !_key.AreEqual(_images, _entries[at].Row, batch, row))
        {
            at = _entries[at].Next;
        }

        return at;
    }

    // Row: the key's newest image in _images, by its weight a row or a deleted one. Next: another key with the same hash, or −1.
    private readonly record struct Entry(int Row, int Next, bool IsSent = false);
}
