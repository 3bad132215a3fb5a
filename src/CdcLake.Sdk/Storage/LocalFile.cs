using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace CdcLake.Storage;

/// <summary>A file of the engine's own on a local disk. Errors of the disk are <see cref="ObjectStoreException"/>.</summary>
internal sealed class LocalFile : IDisposable
{
    private const string Suffix = ".spilled";

    private readonly string _path;
    private readonly string _content;
    private readonly SafeFileHandle _handle;

    private LocalFile(string path, string content, FileMode mode, FileAccess access, FileOptions options)
    {
        _path = path;
        _content = content;
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
    /// <param name="content">What is in it, for messages.</param>
    /// <exception cref="ObjectStoreException">The disk is full, or the folder cannot be written to.</exception>
    public static LocalFile CreateTemporary(string folder, string content)
    {
        var path = Path.Combine(folder, $"{RandomNumberGenerator.GetHexString(16, lowercase: true)}{Suffix}");
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("create", folder, e);
        }

        var file = new LocalFile(path, content, FileMode.CreateNew, FileAccess.ReadWrite, OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
        if (!OperatingSystem.IsWindows())
        {
            TemporaryFiles.TryDelete(path); // what is open stays
        }

        return file;
    }

    /// <summary>Removes files of processes that were killed between making such a file and taking its name away. No longer than a moment has one a name.</summary>
    public static void RemoveLeftOvers(string folder, TimeProvider clock)
    {
        if (OperatingSystem.IsWindows() || !Directory.Exists(folder))
        {
            return; // Windows removes them itself
        }

        var limit = clock.GetUtcNow() - TemporaryFiles.LeftOverAge;
        foreach (var file in Directory.EnumerateFiles(folder, "*" + Suffix).Where(f => File.GetLastWriteTimeUtc(f) < limit.UtcDateTime))
        {
            TemporaryFiles.TryDelete(file);
        }
    }

    /// <summary>A new file that stays.</summary>
    /// <param name="path">Where it is made.</param>
    /// <param name="content">What is in it, for messages.</param>
    public static LocalFile Create(string path, string content) => new(path, content, FileMode.CreateNew, FileAccess.ReadWrite, FileOptions.None);

    /// <summary>A file for reading.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="content">What is in it, for messages.</param>
    public static LocalFile Open(string path, string content) => new(path, content, FileMode.Open, FileAccess.Read, FileOptions.SequentialScan);

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception e) when (LocalErrors.IsExpected(e))
        {
            throw LocalErrors.Wrap("write", $"{_content} to {_path}", e);
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
            throw LocalErrors.Wrap("read", $"{_content} from {_path}", e);
        }
    }

    /// <summary>Fills the span with what the system has in its cache. Where it has not all of it, or is none that tells, it is asked to read ahead, and the answer is false.</summary>
    public bool TryReadNow(Span<byte> bytes, long offset)
    {
        if (ReadAhead.TryRead(_handle, bytes, offset))
        {
            return true;
        }

        WillRead(offset, bytes.Length);
        return false;
    }

    /// <summary>Adds a read to those that a ring does next; the file stays open until then.</summary>
    /// <param name="ring">Does it.</param>
    /// <param name="offset">Where in the file.</param>
    /// <param name="into">Memory outside of the collected heap.</param>
    public unsafe void AddTo(ReadRing ring, long offset, Span<byte> into) => ring.Add((int)_handle.DangerousGetHandle(), offset, (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(into)), into.Length);

    /// <summary>Says what is read soon. Advice only.</summary>
    public void WillRead(long offset, long bytes) => ReadAhead.Begin(_handle, offset, bytes);

    public void Dispose() => _handle.Dispose();
}
