using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using CdcLake.State.Stores;

namespace CdcLake.Upserts;

// A record: next row of the same chain (4 bytes), hash of the row's bytes (4 bytes), the encoded columns that are not in the key.

/// <summary>The rows of a consolidator, in chains.</summary>
internal sealed class PendingRows
{
    private RecordLog _log = new(0);

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct RowHeader
    {
        public uint Next;
        public uint Hash;
    }

    public long Bytes => _log.UsedBytes;

    /// <summary>Those of them that are of no use any more.</summary>
    public long DeadBytes => _log.DeadBytes;

    public bool IsSparse => _log.IsSparse;

    private static int HeaderSize => Unsafe.SizeOf<RowHeader>();

    public ReadOnlySpan<byte> this[uint row] => _log[row][HeaderSize..];

    /// <summary>Puts a row in front of a chain.</summary>
    public void Push(ref uint head, ReadOnlySpan<byte> row, uint hash)
    {
        var reference = _log.Append(HeaderSize + row.Length);
        row.CopyTo(_log[reference][HeaderSize..]);
        HeaderOf(reference) = new RowHeader { Next = head, Hash = hash };
        head = reference;
    }

    /// <summary>Removes one row with these bytes from a chain; false when there is none.</summary>
    public bool TryCancel(ref uint head, ReadOnlySpan<byte> row, uint hash)
    {
        ref var link = ref head;
        while (link != 0)
        {
            ref var header = ref HeaderOf(link);
            if (header.Hash == hash && this[link].SequenceEqual(row))
            {
                var gone = link;
                link = header.Next;
                _log.Free(gone);
                return true;
            }

            link = ref header.Next;
        }

        return false;
    }

    /// <summary>Length of a chain, counted to two.</summary>
    public int CountToTwo(uint head) => head == 0 ? 0 : HeaderOf(head).Next == 0 ? 1 : 2;

    /// <summary>Frees one row and sets the reference to 0.</summary>
    public void Free(ref uint row)
    {
        if (row != 0)
        {
            _log.Free(row);
            row = 0;
        }
    }

    public void Clear() => _log.Clear();

    /// <summary>Starts an empty log; rows are then moved over with <see cref="Move"/>.</summary>
    public RecordLog BeginRewrite()
    {
        var old = _log;
        _log = new RecordLog(0);
        return old;
    }

    /// <summary>Copies a chain from the former log.</summary>
    public uint Move(RecordLog old, uint head)
    {
        var (first, last) = (0u, 0u);
        for (var row = head; row != 0;)
        {
            var record = old[row];
            row = MemoryMarshal.Read<RowHeader>(record).Next;
            var copy = _log.Append(record.Length);
            record.CopyTo(_log[copy]);
            (last == 0 ? ref first : ref HeaderOf(last).Next) = copy;
            last = copy;
        }

        return first;
    }

    private ref RowHeader HeaderOf(uint row) => ref Unsafe.As<byte, RowHeader>(ref _log.At(row));
}
