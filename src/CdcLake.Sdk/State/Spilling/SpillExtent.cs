using System.IO.MemoryMappedFiles;
using CdcLake.Storage;

namespace CdcLake.State.Spilling;

/// <summary>
/// One file for spilled segments, mapped into the address space: what is written is read, and changed, where it is mapped, and the system moves pages between memory and disk as they are needed.
/// A place is written before it is looked at, so that a full disk is an error and no fault. The file has no name and goes with the process however that ends.
/// </summary>
internal sealed class SpillExtent : IDisposable
{
    private readonly LocalFile _file;
    private readonly MemoryMappedViewAccessor _view;

    private unsafe SpillExtent(LocalFile file, long bytes)
    {
        _file = file;
        _view = file.Map(bytes);
        byte* address = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref address);
        Address = (nint)address;
        Bytes = bytes;
        PageAdvice.ReadsAtRandom(Address, bytes);
    }

    /// <summary>Where it is mapped.</summary>
    public nint Address { get; }

    public long Bytes { get; }

    /// <exception cref="ObjectStoreException">The disk is full, or the folder cannot be written to.</exception>
    public static SpillExtent Create(string folder, string content, long bytes)
    {
        var file = LocalFile.CreateTemporary(folder, content);
        try
        {
            return new SpillExtent(file, bytes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset) => _file.Write(bytes, offset);

    /// <summary>Takes resident pages out of the process; the system's cache has them still.</summary>
    public void DropPages() => PageAdvice.Drop(Address, Bytes);

    public void Dispose()
    {
        // Not by way of the view, which would first write all pages to a file that nobody will read.
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.SafeMemoryMappedViewHandle.Dispose();
        _view.Dispose();
        _file.Dispose();
    }
}
