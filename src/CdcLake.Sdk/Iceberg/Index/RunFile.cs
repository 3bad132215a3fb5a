using System.Security.Cryptography;
using CdcLake.Storage;
using Microsoft.Win32.SafeHandles;

namespace CdcLake.Iceberg.Index;

/// <summary>A file of the index on a local disk. Errors of the disk are <see cref="ObjectStoreException"/>.</summary>
internal sealed class RunFile : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;

    private RunFile(string path, FileMode mode, FileAccess access, FileOptions options)
    {
        _path = path;
        try
        {
            _handle = File.OpenHandle(path, mode, access, FileShare.Read | FileShare.Delete, options);
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap(mode == FileMode.Open ? "open" : "create", path, e);
        }
    }

    /// <summary>Bytes of it.</summary>
    public long Length => RandomAccess.GetLength(_handle);

    /// <summary>A new file that is gone with the process, however that ends.</summary>
    /// <param name="folder">Where it is made.</param>
    /// <exception cref="ObjectStoreException">The disk is full, or the folder cannot be written to.</exception>
    public static RunFile CreateTemporary(string folder)
    {
        var path = Path.Combine(folder, $"{RandomNumberGenerator.GetHexString(16, lowercase: true)}.spilled");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("create", folder, e);
        }

        var file = new RunFile(path, FileMode.CreateNew, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
        if (!OperatingSystem.IsWindows())
        {
            TemporaryFiles.TryDelete(path); // what is open stays
        }

        return file;
    }

    /// <summary>A new file that stays.</summary>
    public static RunFile Create(string path) => new(path, FileMode.CreateNew, FileAccess.ReadWrite, FileOptions.None);

    /// <summary>A file for reading.</summary>
    public static RunFile Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileOptions.SequentialScan);

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("write", $"the key index to {_path}", e);
        }
    }

    /// <summary>Fills the span.</summary>
    public void Read(Span<byte> bytes, long offset)
    {
        try
        {
            for (var rest = bytes; !rest.IsEmpty;)
            {
                var read = RandomAccess.Read(_handle, rest, offset);
                if (read == 0)
                {
                    throw new EndOfStreamException("it ends too soon");
                }

                rest = rest[read..];
                offset += read;
            }
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("read", $"the key index from {_path}", e);
        }
    }

    public void Dispose() => _handle.Dispose();
}
