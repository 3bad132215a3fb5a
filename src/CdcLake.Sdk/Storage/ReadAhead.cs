using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CdcLake.Storage;

/// <summary>What Linux offers to have several reads under way at once, without a thread for each. Elsewhere nothing is read ahead, and nothing is lost but time.</summary>
internal static unsafe partial class ReadAhead
{
    private const int NoWait = 8; // RWF_NOWAIT
    private const int WillNeed = 3; // POSIX_FADV_WILLNEED

    private static bool _isThere = OperatingSystem.IsLinux();

    /// <summary>Reads what the system has in its cache; false when not all of it is there.</summary>
    public static bool TryRead(SafeFileHandle file, Span<byte> into, long offset)
    {
        if (!_isThere)
        {
            return false;
        }

        fixed (byte* start = into)
        {
            var part = new Part { Start = start, Length = (nuint)into.Length };
            try
            {
                return Read(file, &part, 1, offset, NoWait) == into.Length;
            }
            catch (EntryPointNotFoundException)
            {
                _isThere = false; // an old C library
                return false;
            }
        }
    }

    /// <summary>Has the system read into its cache, and does not wait for it.</summary>
    public static void Begin(SafeFileHandle file, long offset, long bytes)
    {
        if (_isThere)
        {
            _ = Advise(file, offset, bytes, WillNeed);
        }
    }

    [LibraryImport("libc", EntryPoint = "preadv2")]
    private static partial nint Read(SafeFileHandle file, Part* parts, int count, long offset, int flags);

    [LibraryImport("libc", EntryPoint = "posix_fadvise64")]
    private static partial int Advise(SafeFileHandle file, long offset, long bytes, int advice);

    [StructLayout(LayoutKind.Sequential)]
    private struct Part
    {
        public byte* Start;
        public nuint Length;
    }
}
