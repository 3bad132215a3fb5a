using System.Runtime.CompilerServices;
using CdcLake.Common;
using CdcLake.Iceberg.Tables;
using CdcLake.State.Rows;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Index;

/// <summary>An index whose keys are in memory as far as that reaches; when it is full, all of them go to disk together, and what is in memory from then on goes before what is there.</summary>
/// <typeparam name="TKey">How keys are kept.</typeparam>
internal sealed class TieredKeys<TKey> : KeyIndex
    where TKey : unmanaged, IIndexKey<TKey>
{
    private const int Ahead = 32;

    /// <summary>Bytes of memory that a key takes at most.</summary>
    private static readonly int BytesOfKey = Unsafe.SizeOf<KeySlot<TKey>>() * 5 / 4;

    private readonly KeyIndexSpace _space;
    private readonly ulong _seed;
    private readonly KeyTable<TKey> _memory;
    private readonly IMemoryShare _share;
    private readonly SpilledKeys<TKey> _disk;
    private TKey[] _keys = new TKey[Ahead];
    private ulong[] _hashes = new ulong[Ahead];
    private int[] _wanted = [];
    private ulong[] _order = [];
    private RowLocation[] _spilled = [];

    /// <param name="space">What it may take.</param>
    /// <param name="seed">That of the hashes.</param>
    public TieredKeys(KeyIndexSpace space, ulong seed)
    {
        _space = space;
        _seed = seed;
        _memory = new KeyTable<TKey>(seed);
        _share = space.Enter();
        _disk = new SpilledKeys<TKey>(space, _share, seed);
    }

    public override ulong Seed => _seed;

    public override long Bytes => _memory.Bytes + _disk.Bytes;

    public override void Find(EncodedRows keys, Span<bool> present)
    {
        for (var start = 0; start < keys.Count;)
        {
            var count = Fetch(keys, [], start);
            for (var i = 0; i < count; i++)
            {
                present[start + i] = !Find(i).IsNone;
            }

            start += count;
        }
    }

    public override void Find(EncodedRows keys, Span<RowLocation> locations)
    {
        for (var start = 0; start < keys.Count;)
        {
            var count = Fetch(keys, [], start);
            for (var i = 0; i < count; i++)
            {
                locations[start + i] = Given(Find(i));
            }

            start += count;
        }
    }

    public override void Set(EncodedRows keys, ReadOnlySpan<int> rows, int file, ReadOnlySpan<uint> positions, Span<RowLocation> previous)
    {
        for (var start = 0; start < positions.Length;)
        {
            var count = Fetch(keys, rows, start);
            for (var i = 0; i < count; i++)
            {
                var before = _memory.Set(_keys[i], _hashes[i], new RowLocation(file, positions[start + i]));
                before = before == RowLocation.None && !_disk.IsEmpty ? _spilled[i] : before;
                previous[start + i] = Given(before);
                Count += before.IsNone ? 1 : 0;
            }

            start += count;
        }

        SpillWhenFull();
    }

    public override void Remove(EncodedRows keys, Span<RowLocation> previous)
    {
        for (var start = 0; start < keys.Count;)
        {
            var count = Fetch(keys, [], start);
            for (var i = 0; i < count; i++)
            {
                var before = _disk.IsEmpty ? _memory.Remove(_keys[i], _hashes[i]) : Find(i);
                if (!_disk.IsEmpty && !before.IsNone)
                {
                    _memory.Set(_keys[i], _hashes[i], RowLocation.Removed);
                }

                previous[start + i] = Given(before);
                Count -= before.IsNone ? 0 : 1;
            }

            start += count;
        }

        SpillWhenFull();
    }

    public override void WriteTo(LocalFile file)
    {
        using var writer = new RunWriter<TKey>(file, _seed, bloom: null);
        if (_disk.IsEmpty)
        {
            writer.Append(_memory);
        }
        else
        {
            Spill();
            _disk.WriteTo(writer);
        }

        writer.Complete().Dispose();
    }

    public override void ReadFrom(LocalFile file, LiveFile?[] known)
    {
        var most = file.Length / RunBlocks<TKey>.BlockBytes * RunBlocks<TKey>.SlotsPerBlock;
        if (most * BytesOfKey <= _share.Bytes)
        {
            _memory.Reserve(most);
            foreach (var slot in StillShown(file, known))
            {
                _memory.Set(slot.Key, slot.Key.Hash(_seed), slot.Location);
                Count++;
            }

            _share.Takes(Bytes);
            return;
        }

        using var writer = new RunWriter<TKey>(_space.NewFile(), _seed, _disk.BloomFor(most));
        foreach (var slot in StillShown(file, known))
        {
            writer.Append(slot);
            Count++;
        }

        _disk.Add(writer.Complete());
        _share.Takes(Bytes);
    }

    public override void Clear()
    {
        Count = 0;
        _memory.Clear();
        _disk.Clear();
        _share.Takes(Bytes);
    }

    public override void Dispose()
    {
        base.Dispose();
        _share.Dispose();
    }

    /// <summary>The slots of a file whose rows are still shown, at their places of now.</summary>
    private static IEnumerable<KeySlot<TKey>> StillShown(LocalFile file, LiveFile?[] known)
    {
        var buffer = new byte[RunBlocks<TKey>.BlockBytes];
        for (var at = 0L; at < file.Length; at += buffer.Length)
        {
            file.Read(buffer, at);
            var count = RunBlocks<TKey>.Open(buffer).Length;
            for (var i = 0; i < count; i++)
            {
                var slot = RunBlocks<TKey>.SlotsOf(buffer)[i];
                var then = slot.Location;
                if (known[then.File] is { } now && !now.Deleted.Contains(then.Position))
                {
                    slot.Location = then with { File = now.Ordinal };
                    yield return slot;
                }
            }
        }
    }

    private static RowLocation Given(RowLocation location) => location.IsNone ? RowLocation.None : location;

    private RowLocation Find(int i)
    {
        var found = _memory.Find(_keys[i], _hashes[i]);
        return found == RowLocation.None && !_disk.IsEmpty ? _spilled[i] : found;
    }

    /// <summary>
    /// Works out the next keys and fetches what they need: while all is in memory, a few whose places the processor is asked for; else all of them, of which those that are not in memory
    /// are looked up on disk in the order in which they lie there.
    /// </summary>
    /// <param name="keys">Encoded keys.</param>
    /// <param name="rows">Which of them; all when empty.</param>
    /// <param name="start">First of these.</param>
    /// <returns>How many.</returns>
    private int Fetch(EncodedRows keys, ReadOnlySpan<int> rows, int start)
    {
        var count = (rows.IsEmpty ? keys.Count : rows.Length) - start;
        count = _disk.IsEmpty ? Math.Min(Ahead, count) : count;
        Reserve(count);
        for (var i = 0; i < count; i++)
        {
            var key = TKey.Of(keys[rows.IsEmpty ? start + i : rows[start + i]], _seed);
            var hash = key.Hash(_seed);
            _keys[i] = key;
            _hashes[i] = hash;
            _memory.Prefetch(hash);
        }

        if (!_disk.IsEmpty)
        {
            FetchFromDisk(count);
        }

        return count;
    }

    private void FetchFromDisk(int count)
    {
        var wanted = 0;
        for (var i = 0; i < count; i++)
        {
            _spilled[i] = RowLocation.None;
            if (_memory.Find(_keys[i], _hashes[i]) == RowLocation.None)
            {
                (_order[wanted], _wanted[wanted]) = (_hashes[i], i);
                wanted++;
            }
        }

        Array.Sort(_order, _wanted, 0, wanted);
        _disk.Find(_keys, _hashes, _wanted.AsSpan(0, wanted), _spilled);
    }

    private void Reserve(int count)
    {
        if (_keys.Length < count)
        {
            _keys = new TKey[count];
            _hashes = new ulong[count];
        }

        if (!_disk.IsEmpty && _wanted.Length < count)
        {
            _wanted = new int[count];
            _order = new ulong[count];
            _spilled = new RowLocation[count];
        }
    }

    private void SpillWhenFull()
    {
        // What is on disk takes memory too; a quarter is left to what comes however much that is.
        _share.Takes(Bytes);
        var all = _share.Bytes;
        if (_memory.Bytes > Math.Max(all / 4, all - _disk.Bytes))
        {
            Spill();
            _share.Takes(Bytes);
        }
    }

    private void Spill()
    {
        _disk.Add(_memory);
        _memory.Clear();
    }
}
