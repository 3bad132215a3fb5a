namespace CdcLake.Storage;

/// <summary>Turns errors of the operating system into <see cref="ObjectStoreException"/>, in one place.</summary>
internal static class LocalErrors
{
    // errno as .NET keeps it in HResult on Unix, and the Windows codes.
    private const int NoSpaceLinux = 28;
    private const int QuotaLinux = 122;
    private const int QuotaMac = 69;
    private const int FileTooLarge = 27;
    private const int ReadOnlyFileSystem = 30;
    private const int NameTaken = 17; // EEXIST: of a file where a folder is wanted; exclusive creation is told by its caller
    private const int NotAFolder = 20;
    private const int IsAFolder = 21;
    private const int LinkLoop = 40;
    private const int DiskFullWindows = unchecked((int)0x80070070);
    private const int HandleDiskFullWindows = unchecked((int)0x80070027);

    public static bool IsExpected(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <param name="verb">What was tried: <c>read</c>, <c>write</c>, <c>create</c>.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="e">What the runtime threw.</param>
    public static ObjectStoreException Wrap(string verb, string path, Exception e)
    {
        var (cause, advice) = e switch
        {
            _ when IsDiskFull(e) => ("the disk or the quota is full", "Free some space; nothing that was committed before is affected."),
            UnauthorizedAccessException => ("the rights do not allow it", "Give the user that runs this process read and write rights on the folder."),
            FileNotFoundException or DirectoryNotFoundException =>
                ("it does not exist", "It was deleted or moved by somebody else; restore it, or start again with an empty folder."),
            PathTooLongException => ("the path is too long", "Choose a shorter folder or table name."),
            _ when !OperatingSystem.IsWindows() && e.HResult is NameTaken or NotAFolder or IsAFolder or LinkLoop =>
                ("a part of the path is a file where a folder has to be, or the other way round", "Choose another folder, or move the file away."),
            _ when e.HResult == ReadOnlyFileSystem => ("the file system is read-only", "Choose a folder on a writable disk."),
            _ => ("the operating system refused", "Check the disk and the path."),
        };
        return new ObjectStoreException($"Cannot {verb} {path}: {cause} ({e.Message.TrimEnd('.')}). {advice}", e)
        {
            IsTransient = cause == "the operating system refused",
        };
    }

    private static bool IsDiskFull(Exception e) => OperatingSystem.IsWindows()
        ? e.HResult is DiskFullWindows or HandleDiskFullWindows
        : e.HResult is NoSpaceLinux or FileTooLarge || (e.HResult == QuotaLinux && !OperatingSystem.IsMacOS())
            || (e.HResult == QuotaMac && OperatingSystem.IsMacOS());
}
