namespace CdcLake.Storage;

/// <summary>A file being written under a temporary name. Not thread-safe.</summary>
internal sealed class LocalObjectWriter : IObjectWriter
{
    private readonly LocalFolders _folders;
    private readonly string _path;
    private readonly string _temporaryPath;
    private FileStream? _file;
    private bool _gone;

    public LocalObjectWriter(LocalFolders folders, string path, FileStream temporary)
    {
        _folders = folders;
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
            _folders.Flush(Path.GetDirectoryName(_path)!);
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

            _folders.Flush(Path.GetDirectoryName(_path)!);
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

    /// <summary>Windows' move and Unix' link both fail when the name exists, however many try at once.</summary>
    private bool PublishNew()
    {
        if (!OperatingSystem.IsWindows())
        {
            return _folders.TryLink(_temporaryPath, _path); // the temporary name goes away when this object is disposed
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
