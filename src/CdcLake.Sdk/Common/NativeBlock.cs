using System.Runtime.InteropServices;

namespace CdcLake.Common;

/// <summary>
/// Memory outside of the collected heap: what it grows out of is free at once, and a large one grows where it is as far as the system can move pages. Freed with its owner. Not thread-safe.
/// </summary>
internal sealed unsafe partial class NativeBlock
{
    // From here on pages of 2 MiB are asked for: looking at a large block at random is half as dear with them.
    private const long LargeBytes = 16 << 20;
    private const int HugePages = 14; // MADV_HUGEPAGE

    ~NativeBlock()
    {
        NativeMemory.Free(Address);
        Count(0);
    }

    /// <summary>Of the first byte; another one after <see cref="Resize"/>.</summary>
    public void* Address { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Makes it shorter or longer. What is added has arbitrary content.</summary>
    public void Resize(long bytes)
    {
        Address = NativeMemory.Realloc(Address, (nuint)bytes);
        Count(bytes);
        if (bytes >= LargeBytes && OperatingSystem.IsLinux())
        {
            var page = (nint)Environment.SystemPageSize;
            var start = ((nint)Address + page - 1) & -page;
            _ = Advise(start, (nuint)(((nint)Address + (nint)bytes - start) & -page), HugePages); // refused, it is slower and nothing else
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(nint address, nuint bytes, int advice);

    // The collector learns of it, so that blocks nobody refers to are not left lying for long.
    private void Count(long bytes)
    {
        if (bytes > Bytes)
        {
            GC.AddMemoryPressure(bytes - Bytes);
        }
        else if (bytes < Bytes)
        {
            GC.RemoveMemoryPressure(Bytes - bytes);
        }

        Bytes = bytes;
    }
}
