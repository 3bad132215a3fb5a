using System.Runtime.InteropServices;

namespace CdcLake.Storage;

/// <summary>
/// The two calls of a Unix file system that .NET does not offer, and what their error numbers mean here. Each returns 0 or an error number.
/// </summary>
/// <param name="FlushFolder">Makes renames and new names in a folder durable (<c>fsync</c>).</param>
/// <param name="Link">Gives a file a second name that must be free (<c>link</c>); exactly one of several callers succeeds.</param>
internal sealed partial record DiskCalls(Func<string, int> FlushFolder, Func<string, string, int> Link)
{
    private const int NotPermitted = 1; // EPERM
    private const int BadHandle = 9; // EBADF
    private const int FileExists = 17; // EEXIST
    private const int Invalid = 22; // EINVAL
    private const int ReadOnly = 30; // EROFS

    private static readonly int[] NotSupported = OperatingSystem.IsMacOS() ? [45, 78, 102] : [38, 95]; // ENOTSUP, ENOSYS, EOPNOTSUPP

    /// <summary>The system's own.</summary>
    public static DiskCalls System { get; } = new(Flush, (file, name) => MakeLink(file, name) == 0 ? 0 : Marshal.GetLastPInvokeError());

    /// <summary>True when a folder that could not be flushed has nothing to flush: some network and user-space file systems refuse the call.</summary>
    public static bool HasNothingToFlush(int error) => error is Invalid or BadHandle or ReadOnly || NotSupported.Contains(error);

    /// <summary>True when the second name is taken.</summary>
    public static bool MeansTaken(int error) => error == FileExists;

    /// <summary>True when the file system has no second names at all (FAT, some network mounts).</summary>
    public static bool MeansNoLinks(int error) => error == NotPermitted || NotSupported.Contains(error);

    private static int Flush(string folder)
    {
        var handle = OpenFolder(folder, 0);
        if (handle < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        var error = FlushHandle(handle) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = CloseHandle(handle);
        return error;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushHandle(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseHandle(int handle);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeLink(string file, string name);
}
