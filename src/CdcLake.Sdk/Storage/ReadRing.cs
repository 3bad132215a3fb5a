using System.Runtime.InteropServices;

namespace CdcLake.Storage;

// What the kernel (5.6 and later) shares with us, by the offsets that io_uring_setup gives: heads, tails and masks of two rings, numbers of entries to submit, completions of 16 bytes, and entries of 64 bytes:
//
//   entry:  0 operation (1 byte), 4 file (4), 8 offset in the file (8), 16 address (8), 24 bytes (4), 32 user data (8); the rest 0
//   completion:  0 user data (8), 8 bytes that were read or a negative error number (4), 12 flags (4)
//
// Source: the manual page io_uring(7) and include/uapi/linux/io_uring.h.

/// <summary>
/// Many short reads by one call of the system, those that must wait for the disk at the same time (io_uring of Linux). A call costs more than the read where all is in the system's cache. Not thread-safe.
/// </summary>
internal sealed unsafe partial class ReadRing
{
    private const int Setup = 425;
    private const int Enter = 426;
    private const uint WaitForCompletions = 1; // IORING_ENTER_GETEVENTS
    private const byte ReadOperation = 22; // IORING_OP_READ
    private const uint ReadsAtPosition = 1 << 3; // IORING_FEAT_RW_CUR_POS, as old as the operation
    private const long EntriesOffset = 0x10000000;
    private const long CompletionsOffset = 0x8000000;
    private const int EntryBytes = 64;
    private const int CompletionBytes = 16;
    private const int Interrupted = 4;
    private const int Again = 11;
    private const int Busy = 16;

    private readonly int _handle;
    private readonly Mapping _requests;
    private readonly Mapping _completions;
    private readonly Mapping _entries;
    private readonly Parameters _offsets;
    private uint _added;

    private ReadRing(int handle, in Parameters offsets, Mapping requests, Mapping completions, Mapping entries)
    {
        (_handle, _offsets, _requests, _completions, _entries) = (handle, offsets, requests, completions, entries);
    }

    /// <summary>A ring for <paramref name="reads"/> at once, a power of two; null where the system has none or does not let us have one, as in many containers.</summary>
    public static ReadRing? TryCreate(uint reads)
    {
        if (!OperatingSystem.IsLinux() || !BitConverter.IsLittleEndian)
        {
            return null;
        }

        var given = default(Parameters);
        var handle = (int)Call(Setup, (nint)reads, (nint)(&given), 0, 0, 0, 0);
        if (handle < 0)
        {
            return null;
        }

        var requests = new Mapping(handle, given.Request.Array + (given.Entries * sizeof(uint)), 0);
        var completions = new Mapping(handle, given.Completion.Completions + (given.CompletionEntries * CompletionBytes), CompletionsOffset);
        var entries = new Mapping(handle, given.Entries * EntryBytes, EntriesOffset);
        var ring = new ReadRing(handle, given, requests, completions, entries);
        if ((given.Features & ReadsAtPosition) != 0 && requests.IsThere && completions.IsThere && entries.IsThere)
        {
            return ring;
        }

        ring.Close();
        return null;
    }

    /// <summary>Adds a read to those of the next <see cref="Run"/>; no more than the ring is for.</summary>
    /// <param name="file">Its number; open until then.</param>
    /// <param name="offset">Where in it.</param>
    /// <param name="into">Memory that stays where it is.</param>
    /// <param name="bytes">How many.</param>
    public void Add(int file, long offset, byte* into, int bytes)
    {
        var at = (*Word(_requests, _offsets.Request.Tail) + _added) & *Word(_requests, _offsets.Request.Mask);
        var entry = (byte*)_entries.Address + (at * EntryBytes);
        new Span<byte>(entry, EntryBytes).Clear();
        *entry = ReadOperation;
        *(int*)(entry + 4) = file;
        *(long*)(entry + 8) = offset;
        *(nint*)(entry + 16) = (nint)into;
        *(int*)(entry + 24) = bytes;
        *(ulong*)(entry + 32) = _added;
        Word(_requests, _offsets.Request.Array)[at] = at;
        _added++;
    }

    /// <summary>Does all reads that were added, and waits for them.</summary>
    /// <param name="results">For each, in their order: bytes that were read, or a negative error number.</param>
    /// <returns>False when the system failed; then the ring and the memory that was read into must not be used any more, nor given up.</returns>
    public bool Run(Span<int> results)
    {
        ref var tail = ref *Word(_requests, _offsets.Request.Tail);
        Volatile.Write(ref tail, tail + _added);
        for (var (toSubmit, toCome) = (_added, _added); toCome > 0;)
        {
            var submitted = Call(Enter, _handle, (nint)toSubmit, (nint)toCome, (nint)WaitForCompletions, 0, 0);
            if (submitted < 0 && Marshal.GetLastPInvokeError() is not (Interrupted or Again or Busy))
            {
                return false;
            }

            toSubmit -= (uint)Math.Max(submitted, 0);
            toCome -= Take(results);
        }

        _added = 0;
        return true;
    }

    /// <summary>Gives it back to the system; no read is under way.</summary>
    public void Close()
    {
        _requests.Free();
        _completions.Free();
        _entries.Free();
        _ = CloseHandle(_handle);
    }

    private uint Take(Span<int> results)
    {
        ref var head = ref *Word(_completions, _offsets.Completion.Head);
        var first = head;
        var tail = Volatile.Read(ref *Word(_completions, _offsets.Completion.Tail));
        for (var at = first; at != tail; at++)
        {
            var completion = (byte*)_completions.Address + _offsets.Completion.Completions + ((at & *Word(_completions, _offsets.Completion.Mask)) * CompletionBytes);
            results[(int)*(ulong*)completion] = *(int*)(completion + 8);
        }

        Volatile.Write(ref head, tail);
        return tail - first;
    }

    private static uint* Word(Mapping mapping, uint offset) => (uint*)((byte*)mapping.Address + offset);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint a, nint b, nint c, nint d, nint e, nint f);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint bytes, int protection, int flags, int handle, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint bytes);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseHandle(int handle);

    private readonly struct Mapping(int handle, uint bytes, long offset)
    {
        private const int ReadAndWrite = 3; // PROT_READ | PROT_WRITE
        private const int Shared = 0x8001; // MAP_SHARED | MAP_POPULATE

        public nint Address { get; } = Map(0, bytes, ReadAndWrite, Shared, handle, offset);

        public bool IsThere => Address != -1;

        public void Free()
        {
            if (IsThere)
            {
                _ = Unmap(Address, bytes);
            }
        }
    }

    // struct io_uring_params, io_sqring_offsets and io_cqring_offsets.
    [StructLayout(LayoutKind.Explicit, Size = 120)]
    private struct Parameters
    {
        [FieldOffset(0)]
        public uint Entries;

        [FieldOffset(4)]
        public uint CompletionEntries;

        [FieldOffset(20)]
        public uint Features;

        [FieldOffset(40)]
        public RequestOffsets Request;

        [FieldOffset(80)]
        public CompletionOffsets Completion;
    }

    [StructLayout(LayoutKind.Explicit, Size = 40)]
    private struct RequestOffsets
    {
        [FieldOffset(4)]
        public uint Tail;

        [FieldOffset(8)]
        public uint Mask;

        [FieldOffset(24)]
        public uint Array;
    }

    [StructLayout(LayoutKind.Explicit, Size = 40)]
    private struct CompletionOffsets
    {
        [FieldOffset(0)]
        public uint Head;

        [FieldOffset(4)]
        public uint Tail;

        [FieldOffset(8)]
        public uint Mask;

        [FieldOffset(20)]
        public uint Completions;
    }
}
