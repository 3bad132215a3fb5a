using CdcLake.Columnar;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>
/// What happened to one table between the oldest and the newest instant its views may show: for each key touched in that window the last image, or that
/// the row is gone. Rows of a view with such a key are dropped and the remembered images added instead; the result is the table at the end of the window.
/// Filled by one thread; then several may read views, each other ranges of the table.
/// </summary>
internal sealed class TableOverlay : IDisposable
{
    private const int FilterBits = 1 << 16;
    private readonly Lock _lock = new();
    private readonly KeyColumns _key;
    private readonly ChangeBatch _images;
    private readonly ChangeBatch _merged;
    private readonly JsonText _document = new();
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
        _merged = new ChangeBatch(schema);
        HasKey = key.Count > 0;
    }

    public bool HasKey { get; }

    /// <summary>True when the window changed the table.</summary>
    public bool IsTouched { get; private set; }

    /// <summary>Keys that were touched.</summary>
    public int KeyCount => _entries.Count;

    /// <summary>True while a remembered image lacks columns, which the row of a view has.</summary>
    public bool LacksValues
    {
        get
        {
            for (var i = 0; _images.LacksValues && i < _entries.Count; i++)
            {
                if (IsRowInPart(_entries[i].Row))
                {
                    return true;
                }
            }

            return false;
        }
    }

    /// <summary>Remembers changes of the window, in commit order.</summary>
    /// <returns>False where a row got another key whose other columns are not known, or a document in part that was not known before, so that no row of a view can complete it.</returns>
    public bool TryApply(ChangeBatch changes)
    {
        IsTouched |= changes.Count > 0;
        if (!HasKey)
        {
            return true;
        }

        var isComplete = true;
        var hashes = HashesOf(changes);
        for (var row = 0; row < changes.Count; row++)
        {
            if (row + 1 < changes.Count && changes.Weights[row] < 0 && changes.Weights[row + 1] > 0 && !changes.LeftOut(row + 1).IsEmpty)
            {
                isComplete &= TryMerge(changes, row, hashes);
                row++;
            }
            else
            {
                Remember(FindOrAdd(changes, row, hashes[row]), changes, row, changes.Weights[row]);
            }
        }

        return isComplete;
    }

    /// <summary>
    /// Completes remembered images from the rows of a view. That may show some of the window's changes already, but of each column either the value that the image lacks or one that it overwrites.
    /// </summary>
    public void Complete(ChangeBatch rows)
    {
        if (_entries.Count == 0)
        {
            return;
        }

        lock (_lock)
        {
            if (_images.LacksValues)
            {
                CompleteImages(rows);
            }
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

        lock (_lock)
        {
            return Filter(batch, keep);
        }
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

    public void Dispose()
    {
        _images.Dispose();
        _merged.Dispose();
    }

    private void CompleteImages(ChangeBatch rows)
    {
        var hashes = HashesOf(rows);
        for (var row = 0; row < rows.Count; row++)
        {
            if (Find(rows, row, hashes[row]) is >= 0 and var entry && IsRowInPart(_entries[entry].Row))
            {
                Merge(_images, _entries[entry].Row, rows, row);
                Remember(entry, _merged, 0, 1);
            }
        }
    }

    private bool Filter(ChangeBatch batch, List<int> keep)
    {
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

    private bool IsRowInPart(int image) => _images.Weights[image] > 0 && !_images.LeftOut(image).IsEmpty;

    private void Remember(int entry, ChangeBatch from, int row, sbyte weight)
    {
        _images.AppendFrom(from, row, weight);
        _entries[entry] = _entries[entry] with { Row = _images.Count - 1 };
    }

    /// <summary>Takes an update whose second image, behind the row at hand, lacks columns: they are what the row had before, as far as that is known.</summary>
    private bool TryMerge(ChangeBatch changes, int row, ReadOnlySpan<ulong> hashes)
    {
        var found = Find(changes, row, hashes[row]);
        var former = found >= 0 && _images.Weights[_entries[found].Row] > 0 ? _entries[found].Row : -1;
        var keepsKey = _key.AreEqual(changes, row, changes, row + 1);
        var hasDocuments = former >= 0 ? Merge(changes, row + 1, _images, former) : !HasDocumentInPart(changes, row + 1);
        var isComplete = hasDocuments && (keepsKey || (former >= 0 && !IsRowInPart(former)));

        if (!keepsKey)
        {
            Remember(FindOrAdd(changes, row, hashes[row]), changes, row, -1);
        }

        Remember(FindOrAdd(changes, row + 1, hashes[row + 1]), former >= 0 ? _merged : changes, former >= 0 ? 0 : row + 1, 1);
        return isComplete;
    }

    private static bool HasDocumentInPart(ChangeBatch changes, int row)
    {
        var lacking = changes.LeftOut(row);
        for (var i = 0; i < changes.Columns.Length; i++)
        {
            if ((lacking[i >> 3] & (1 << (i & 7))) != 0 && !changes[i].IsNull(row))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Puts a row into <see cref="_merged"/> with the columns that it lacks from another one. False where that lacks a document of which the row has a part.</summary>
    private bool Merge(ChangeBatch partial, int row, ChangeBatch other, int otherRow)
    {
        var lacking = partial.LeftOut(row);
        var otherLacking = other.LeftOut(otherRow);
        Span<byte> left = stackalloc byte[lacking.Length];
        var (isLeft, isWhole) = (false, true);
        _merged.Clear();
        for (var i = 0; i < _merged.Columns.Length; i++)
        {
            var isLacking = (lacking[i >> 3] & (1 << (i & 7))) != 0;
            if (isLacking && !partial[i].IsNull(row))
            {
                isWhole &= (otherLacking.IsEmpty || (otherLacking[i >> 3] & (1 << (i & 7))) == 0)
                    && DocumentChanges.TryApply(other.Bytes(i)[otherRow], partial.Bytes(i)[row], _merged.Bytes(i), _document);
                if (_merged[i].Count == 0)
                {
                    _merged[i].AppendNull();
                }
            }
            else
            {
                _merged[i].AppendFrom(isLacking ? other[i] : partial[i], isLacking ? otherRow : row);
            }
        }

        for (var i = 0; i < left.Length; i++)
        {
            left[i] = (byte)(otherLacking.IsEmpty ? 0 : lacking[i] & otherLacking[i]);
            isLeft |= left[i] != 0;
        }

        if (isLeft)
        {
            _merged.LeaveOut(0, left);
        }

        _merged.AppendWeight(1);
        return isWhole;
    }

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
