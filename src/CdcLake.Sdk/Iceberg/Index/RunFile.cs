using System.Security.Cryptography;
using CdcLake.Storage;
using Microsoft.Win32.SafeHandles;

namespace CdcLake.Iceberg.Index;

/// <summary>A file for a part of the index, gone with the process however that ends. Errors of the disk are <see cref="ObjectStoreException"/>.</summary>
internal sealed class RunFile : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;

    /// <param name="folder">Where it is made.</param>
    /// <exception cref="ObjectStoreException">The disk is full, or the folder cannot be written to.</exception>
    public RunFile(string folder)
    {
        _path = Path.Combine(folder, $"{RandomNumberGenerator.GetHexString(16, lowercase: true)}.keys");
        try
        {
            Directory.CreateDirectory(folder);
            _handle = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Delete, OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
            if (!OperatingSystem.IsWindows())
            {
                File.Delete(_path); // the open file stays
            }
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("create", _path, e);
        }
    }

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
