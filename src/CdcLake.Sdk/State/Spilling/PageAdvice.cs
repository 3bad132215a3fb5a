using System.Runtime.InteropServices;

namespace CdcLake.State.Spilling;

/// <summary>What the system is told of mapped pages (<c>madvise</c>). Advice only: where there is no such call, or it is refused, nothing is lost but speed or memory.</summary>
internal static partial class PageAdvice
{
    private const int Random = 1; // MADV_RANDOM
    private const int WillNeed = 3; // MADV_WILLNEED
    private const int DontNeed = 4; // MADV_DONTNEED

    /// <summary>Pages are looked at in no order: reading neighbours along with them is a waste.</summary>
    public static void ReadsAtRandom(nint address, long bytes) => Advise(address, bytes, Random);

    /// <summary>All of it is looked at soon.</summary>
    public static void WillRead(nint address, long bytes) => Advise(address, bytes, WillNeed);

    /// <summary>Takes pages of a shared mapping out of the process. What changed in them is kept.</summary>
    public static void Drop(nint address, long bytes)
    {
        // Elsewhere this advice may throw changes away, or means something else.
        if (OperatingSystem.IsLinux())
        {
            Advise(address, bytes, DontNeed);
        }
    }

    private static void Advise(nint address, long bytes, int advice)
    {
        if (!OperatingSystem.IsWindows())
        {
            var start = address & ~(nint)(Environment.SystemPageSize - 1);
            _ = Call(start, (nuint)(address - start + bytes), advice);
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Call(nint address, nuint length, int advice);
}
