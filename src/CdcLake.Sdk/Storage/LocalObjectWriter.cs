namespace CdcLake.Storage;

/// <summary>A file being written under a temporary name. Not thread-safe.</summary>
internal sealed class LocalObjectWriter : IObjectWriter
{
    private const int FileExists = 17; // EEXIST, the same number on Linux and macOS

    private readonly string _path;
    private readonly string _temporaryPath;
    private FileStream? _file;
    private bool _gone;

    public LocalObjectWriter(string path, FileStream temporary)
    {
        _path = path;
        _temporaryPath = temporary.Name;
        _file = temporary;
    }

    public long Length { get; private set; }

    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            Open().Write(bytes.Span);
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("write", _path, e);
        }

        Length += bytes.Length;
        return ValueTask.CompletedTask;
    }

    public Task CompleteAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            CloseDurably();
            File.Move(_temporaryPath, _path, overwrite: true);
            _gone = true;
            LocalFolders.Flush(Path.GetDirectoryName(_path)!);
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("write", _path, e);
        }

        return Task.CompletedTask;
    }

    /// <summary>As <see cref="CompleteAsync"/>, but only if the name is still free; exactly one of several writers succeeds.</summary>
    public bool CompleteNew()
    {
        try
        {
            CloseDurably();
            if (!PublishNew())
            {
                return false;
            }

            LocalFolders.Flush(Path.GetDirectoryName(_path)!);
            return true;
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("write", _path, e);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_file is { } file)
        {
            _file = null;
            await file.DisposeAsync().ConfigureAwait(false);
        }

        if (!_gone)
        {
            _gone = true;
            TemporaryFiles.TryDelete(_temporaryPath);
        }
    }

    private FileStream Open() => _file ?? throw new ObjectDisposedException(_path);

    private void CloseDurably()
    {
        var file = Open();
        file.Flush(flushToDisk: true);
        file.Dispose();
        _file = null;
    }

    /// <summary>Windows' move and Unix' link both fail when the name exists; where links are not known, the runtime's move is the next best.</summary>
    private bool PublishNew()
    {
        if (!OperatingSystem.IsWindows())
        {
            var error = LocalFolders.TryLink(_temporaryPath, _path);
            if (error == 0)
            {
                return true; // the temporary name goes away when this object is disposed
            }

            if (error == FileExists)
            {
                return false;
            }
        }

        try
        {
            File.Move(_temporaryPath, _path, overwrite: false);
        }
        catch (IOException) when (File.Exists(_path))
        {
            return false;
        }

        _gone = true;
        return true;
    }
}
