using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace CdcLake.State.Stores;

// A record, all of which changes in place: reference of the next chunk (4 bytes; 0 at the end, its own in a chunk that belongs to nobody), then values, as many as fit.

/// <summary>
/// A few numbers for each of many groups, in no order and each as often as it was added: chunks of a few values, of which the first of a group is the only one that is not full. The caller keeps for each group
/// the root (0 without values) and the count, both of which belong into a checkpoint. Adding costs O(1); the rest looks at all values of the group. Not thread-safe.
/// </summary>
internal sealed class ValueChunks<T> : IStateStore
    where T : unmanaged, IComparable<T>
{
    /// <summary>Values of a chunk: with header and link a multiple of the unit of records.</summary>
    public static readonly int Capacity = Unsafe.SizeOf<T>() switch
    {
        1 => 8,
        4 => 6,
        8 => 4,
        _ => 2,
    };

    private readonly List<uint> _free = [];
    private RecordLog _log = new(ChunkBytes);

    public long Bytes => _log.AllocatedBytes + ((long)_free.Capacity * sizeof(uint));

    public int Generation { get; private set; }

    public RecordLog Log => _log;

    /// <summary>True when most chunks belong to nobody; then <see cref="BeginRewrite"/> pays.</summary>
    public bool IsSparse => _free.Count > _log.LiveCount / 2 && _free.Count > 8192;

    /// <summary>True when all chunks there are belong to nobody; then <see cref="Clear()"/> gives their memory up.</summary>
    public bool IsUnused => _free.Count > 0 && _free.Count == _log.LiveCount;

    private static int ChunkBytes => sizeof(uint) + (Capacity * Unsafe.SizeOf<T>());

    /// <summary>Adds a value to a group.</summary>
    /// <param name="root">Its root; updated.</param>
    /// <param name="count">How many values it has.</param>
    /// <param name="value">The value.</param>
    public void Push(ref uint root, int count, T value)
    {
        var at = count % Capacity;
        if (at == 0)
        {
            var chunk = NewChunk();
            Next(chunk) = root;
            root = chunk;
        }

        Values(root)[at] = value;
        _log.Touch(root);
    }

    /// <summary>Withdraws a value once; false when the group has none that is equal.</summary>
    public bool TryRemove(ref uint root, int count, T value)
    {
        var filled = Filled(count);
        for (var chunk = root; chunk != 0; chunk = Next(chunk), filled = Capacity)
        {
            var values = Values(chunk)[..filled];
            for (var i = 0; i < values.Length; i++)
            {
                if (values[i].CompareTo(value) == 0)
                {
                    Fill(chunk, i, ref root, count);
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Withdraws the smallest value of a group once, or its largest.</summary>
    /// <param name="root">Its root; not 0.</param>
    /// <param name="count">How many values it has, one at least.</param>
    /// <param name="largest">Which.</param>
    public T RemoveExtreme(ref uint root, int count, bool largest)
    {
        var (found, place, extreme) = (0u, 0, default(T));
        var filled = Filled(count);
        for (var chunk = root; chunk != 0; chunk = Next(chunk), filled = Capacity)
        {
            var values = Values(chunk)[..filled];
            for (var i = 0; i < values.Length; i++)
            {
                var order = values[i].CompareTo(extreme);
                if (found == 0 || (largest ? order > 0 : order < 0))
                {
                    (found, place, extreme) = (chunk, i, values[i]);
                }
            }
        }

        Fill(found, place, ref root, count);
        return extreme;
    }

    /// <summary>All values of a group.</summary>
    /// <param name="root">Its root.</param>
    /// <param name="values">As many as it has.</param>
    public void CopyTo(uint root, Span<T> values)
    {
        for (var filled = Filled(values.Length); root != 0; root = Next(root), filled = Capacity)
        {
            Values(root)[..filled].CopyTo(values);
            values = values[filled..];
        }
    }

    /// <summary>Withdraws all values of a group.</summary>
    public void Clear(ref uint root)
    {
        while (root != 0)
        {
            Free(ref root);
        }
    }

    /// <summary>Forgets all chunks.</summary>
    public void Clear()
    {
        _log.Clear();
        _free.Clear();
        Generation++;
    }

    /// <summary>Asks the processor for the first chunk of a group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(uint root) => _log.Prefetch(root);

    /// <summary>Starts the log anew: call <see cref="Take(RecordLog, ref uint)"/> for every group then, and clear the log that it returns. All roots change.</summary>
    public RecordLog BeginRewrite()
    {
        var old = _log;
        _log = old.Successor();
        _free.Clear();
        _free.TrimExcess();
        Generation++;
        return old;
    }

    /// <summary>Takes over the values of a group from a log that <see cref="BeginRewrite"/> returned.</summary>
    /// <param name="old">That log.</param>
    /// <param name="root">The group's root; updated.</param>
    public void Take(RecordLog old, ref uint root)
    {
        old.Settle();
        var from = root;
        root = 0;
        for (var last = 0u; from != 0; from = Unsafe.ReadUnaligned<uint>(ref old.At(from)))
        {
            var chunk = _log.Append(ChunkBytes);
            old[from].CopyTo(_log[chunk]);
            Next(chunk) = 0;
            (last == 0 ? ref root : ref Next(last)) = chunk;
            last = chunk;
        }
    }

    public void AfterRestore()
    {
        _free.Clear();
        for (var chunk = _log.Next(0); chunk != 0; chunk = _log.Next(chunk))
        {
            if (_log.LengthOf(chunk) != ChunkBytes)
            {
                throw new CheckpointException("Stored values have an impossible length. Delete the checkpoint folder: the pipeline rebuilds it from the source.");
            }

            if (Next(chunk) == chunk)
            {
                _free.Add(chunk);
            }
        }
    }

    private static int Filled(int count) => count == 0 ? 0 : ((count - 1) % Capacity) + 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref uint Next(uint chunk) => ref Unsafe.As<byte, uint>(ref _log.At(chunk));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Span<T> Values(uint chunk) => MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref Unsafe.Add(ref _log.At(chunk), sizeof(uint))), Capacity);

    /// <summary>Puts the value that was added last into the place of one that goes.</summary>
    private void Fill(uint chunk, int place, ref uint root, int count)
    {
        var last = Filled(count) - 1;
        Values(chunk)[place] = Values(root)[last];
        _log.Touch(chunk);
        if (last == 0)
        {
            Free(ref root);
        }
    }

    private void Free(ref uint root)
    {
        var chunk = root;
        root = Next(chunk);
        Next(chunk) = chunk;
        _log.Touch(chunk);
        _free.Add(chunk);
    }

    private uint NewChunk()
    {
        if (_free.Count == 0)
        {
            return _log.Append(ChunkBytes);
        }

        var chunk = _free[^1];
        _free.RemoveAt(_free.Count - 1);
        return chunk;
    }
}
