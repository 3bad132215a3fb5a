using System.Buffers;
using System.Runtime.InteropServices;

namespace CdcLake.State.Spilling;

/// <summary>
/// Memory of a segment, outside of the collected heap: the system has it back when it is freed, while an array would wait for a collection of the oldest generation. Freed by <see cref="Free"/>, or some time after nobody
/// refers to it, be it through <see cref="MemoryManager{T}.Memory"/>; a span does not count. Its content is arbitrary at first.
/// </summary>
internal sealed unsafe partial class SegmentMemory : MemoryManager<byte>
{
    // From here on pages are taken from the system and given back one by one: the C library keeps blocks of such sizes, and holes between them.
    private const int LeastMapped = 256 << 10;
    private const int ReadAndWrite = 3; // PROT_READ | PROT_WRITE
    private const int PrivateAndAnonymous = 0x22; // MAP_PRIVATE | MAP_ANONYMOUS

    private readonly bool _isMapped;

    /// <exception cref="InsufficientMemoryException">There is none.</exception>
    public SegmentMemory(int bytes)
    {
        Length = bytes;
        _isMapped = OperatingSystem.IsLinux() && bytes >= LeastMapped;
        Address = _isMapped ? Map(0, (nuint)bytes, ReadAndWrite, PrivateAndAnonymous, -1, 0) : (nint)NativeMemory.Alloc((nuint)bytes);
        if (Address == -1)
        {
            Address = 0;
            throw new InsufficientMemoryException($"The system has no {bytes:N0} bytes of memory for state. Lower PipelineOptions.MaxStateBytes, or give the process more memory.");
        }

        GC.AddMemoryPressure(bytes);
    }

#pragma warning disable CA2015 // what another thread copies when a log gives it up is freed when nobody refers to it; copies go by Memory, which does
    ~SegmentMemory() => Dispose(false);
#pragma warning restore CA2015 // until here

    /// <summary>Of the first byte; 0 when it is freed.</summary>
    public nint Address { get; private set; }

    public int Length { get; }

    /// <summary>Gives it back to the system; nobody may look at it any more.</summary>
    public void Free() => ((IDisposable)this).Dispose();

    public override Span<byte> GetSpan() => new((void*)Address, Length);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)Address + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (Address == 0)
        {
            return;
        }

        if (_isMapped)
        {
            _ = Unmap(Address, (nuint)Length);
        }
        else
        {
            NativeMemory.Free((void*)Address);
        }

        Address = 0;
        GC.RemoveMemoryPressure(Length);
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint bytes, int protection, int flags, int handle, long offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(nint address, nuint bytes);
}
