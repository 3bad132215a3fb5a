using System.Runtime.InteropServices;

namespace CdcLake.Storage;

/// <summary>Folders whose entries survive a power cut.</summary>
internal static partial class LocalFolders
{
    /// <summary>Creates a folder with its parents; on Unix every new entry is flushed to the disk.</summary>
    public static void Create(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        var parent = Path.GetDirectoryName(folder);
        if (parent is not null)
        {
            Create(parent);
        }

        Directory.CreateDirectory(folder);
        if (parent is not null)
        {
            Flush(parent);
        }
    }

    /// <summary>Makes renames and new names in a folder durable. Windows does that by itself.</summary>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = OpenFolder(folder, 0);
        if (handle < 0)
        {
            throw new IOException($"Cannot open folder {folder} to flush it (errno {Marshal.GetLastPInvokeError()}).");
        }

        try
        {
            // Some network and user-space file systems refuse to flush folders (EINVAL, EBADF, ENOTSUP); they have nothing to flush.
            _ = FlushHandle(handle);
        }
        finally
        {
            _ = CloseHandle(handle);
        }
    }

    /// <summary>Gives a file a second name that must be free.</summary>
    /// <returns>0, or the error number.</returns>
    public static int TryLink(string file, string name) => Link(file, name) == 0 ? 0 : Marshal.GetLastPInvokeError();

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenFolder(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FlushHandle(int handle);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int CloseHandle(int handle);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string file, string name);
}
