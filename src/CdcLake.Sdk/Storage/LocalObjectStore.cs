using System.IO.Enumeration;
using System.Runtime.CompilerServices;

namespace CdcLake.Storage;

/// <summary>
/// Objects as files below one folder of the local machine, on Linux, Windows and macOS. A write goes to a hidden temporary file beside its target, is
/// flushed to the disk, and becomes visible by a rename; on Unix the folder is flushed too. Files are small in number, so calls do their work before they
/// return instead of queueing it elsewhere. Safe for concurrent use, by several processes too.
/// </summary>
internal sealed class LocalObjectStore : IObjectStore
{
    private const string Scheme = "file://";
    private static readonly string NotInNames = Path.DirectorySeparatorChar == '\\' ? "\\:" : "";
    private readonly string _root;
    private readonly string _uriRoot;
    private readonly TemporaryFiles _temporary;
    private readonly LocalFolders _folders;

    /// <param name="root">Folder that holds all objects; relative paths start at the current folder. It is created when the first object is written.</param>
    /// <param name="clock">Says how old the left-over of a crashed process must be before it is removed.</param>
    /// <param name="disk">Calls of the file system; the system's own unless something else is given.</param>
    /// <exception cref="ObjectStoreException">The path is not a legal one.</exception>
    public LocalObjectStore(string root, TimeProvider clock, DiskCalls? disk = null)
    {
        try
        {
            _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException or PathTooLongException)
        {
            throw new ObjectStoreException($"\"{root}\" is not a legal folder path ({e.Message}). Give the path of a folder.", e);
        }

        _uriRoot = Scheme + Slashed(_root).TrimEnd('/') + "/";
        _temporary = new TemporaryFiles(clock);
        _folders = new LocalFolders(disk ?? DiskCalls.System);
    }

    /// <summary>The folder, as an absolute path of this machine.</summary>
    public override string ToString() => _root;

    public string UriOf(string name)
    {
        Check(name);
        return _uriRoot + name;
    }

    public string NameOf(string uri)
    {
        var path = uri;
        if (uri.StartsWith("file:", StringComparison.OrdinalIgnoreCase))
        {
            // file:/x, file:///x and file://localhost/x name the same file for other writers.
            path = uri["file:".Length..];
            path = path.StartsWith("//localhost/", StringComparison.OrdinalIgnoreCase) ? path["//localhost".Length..]
                : path.StartsWith("///", StringComparison.Ordinal) ? path[2..]
                : path;
        }

        var root = _uriRoot[Scheme.Length..];
        var comparison = OperatingSystem.IsWindows() ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        if (path.StartsWith(root, comparison) && ObjectNames.IsLegal(path[root.Length..], NotInNames))
        {
            return path[root.Length..];
        }

        throw new ObjectStoreException(
            $"File {uri} lies outside the folder {_root}. The table was probably written while the folder had another path; "
            + "open it under the path that it was written with, since Iceberg tables name their files by absolute paths.");
    }

    public Task<Stream> OpenReadAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            return Task.FromResult<Stream>(
                new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("read", path, e);
        }
    }

    public Task<byte[]?> TryReadAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            return Task.FromResult<byte[]?>(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Task.FromResult<byte[]?>(null);
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("read", path, e);
        }
    }

    public Task<IObjectWriter> CreateAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Task.FromResult<IObjectWriter>(Open(name));
    }

    public async Task PutAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var writer = Open(name);
        await using var _ = writer.ConfigureAwait(false);
        await writer.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        await writer.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task<bool> TryPutNewAsync(string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        if (File.Exists(path))
        {
            return false;
        }

        var writer = Open(name);
        await using var _ = writer.ConfigureAwait(false);
        await writer.WriteAsync(content, cancellationToken).ConfigureAwait(false);
        return writer.CompleteNew();
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(name);
        try
        {
            File.Delete(path);
            return Task.CompletedTask;
        }
        catch (DirectoryNotFoundException)
        {
            return Task.CompletedTask;
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("delete", path, e);
        }
    }

    public Task<DateTimeOffset?> LastModifiedAsync(string name, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var file = new FileInfo(PathOf(name));
        return Task.FromResult<DateTimeOffset?>(file.Exists ? new DateTimeOffset(file.LastWriteTimeUtc) : null);
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var name in List(prefix))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(string folder, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        foreach (var name in Folders(folder.Length == 0 ? _root : PathOf(folder)))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return name;
        }
    }

    /// <summary>Looks for one file in each, not for all of them.</summary>
    private static List<string> Folders(string path)
    {
        try
        {
            var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 };
            return Directory.Exists(path)
                ? [.. Directory.EnumerateDirectories(path).Where(d => Directory.EnumerateFiles(d, "*", options).Any(f => !TemporaryFiles.IsTemporary(Path.GetFileName(f.AsSpan())))).Select(d => Path.GetFileName(d))]
                : [];
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("list", path, e);
        }
    }

    private List<string> List(string prefix)
    {
        var slash = prefix.LastIndexOf('/');
        var folder = slash < 0 ? _root : PathOf(prefix[..slash]);
        var start = prefix[(slash + 1)..];
        var names = new List<string>();
        try
        {
            if (Directory.Exists(folder))
            {
                // Files that do not count cost no string: a commit lists a few among many.
                var files = new FileSystemEnumerable<string>(folder, (ref FileSystemEntry e) => e.ToFullPath(), new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
                {
                    ShouldIncludePredicate = (ref FileSystemEntry e) => !e.IsDirectory && !TemporaryFiles.IsTemporary(e.FileName) && Fits(ref e, folder, start),
                    ShouldRecursePredicate = (ref FileSystemEntry e) => Fits(ref e, folder, start),
                };
                names.AddRange(files.Select(f => Slashed(Path.GetRelativePath(_root, f)).TrimStart('/')));
            }
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("list", folder, e);
        }

        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>What lies directly in the folder must begin as asked; what lies deeper does by its folder.</summary>
    private static bool Fits(ref FileSystemEntry entry, string folder, string start) =>
        entry.Directory.Length > folder.Length || entry.FileName.StartsWith(start, StringComparison.Ordinal);

    private LocalObjectWriter Open(string name)
    {
        var path = PathOf(name);
        try
        {
            _folders.Create(Path.GetDirectoryName(path)!);
            return new LocalObjectWriter(_folders, path, _temporary.Create(path));
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("create", path, e);
        }
    }

    private string PathOf(string name)
    {
        Check(name);
        return Path.Combine(_root, Path.DirectorySeparatorChar == '/' ? name : name.Replace('/', Path.DirectorySeparatorChar));
    }

    private void Check(string name) => ObjectNames.Require(name, _root, NotInNames);

    private static string Slashed(string path)
    {
        var slashed = Path.DirectorySeparatorChar == '/' ? path : path.Replace(Path.DirectorySeparatorChar, '/');
        return slashed.StartsWith('/') ? slashed : "/" + slashed;
    }
}
