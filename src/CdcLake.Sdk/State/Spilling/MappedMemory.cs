using System.Buffers;
using System.Runtime.InteropServices;

namespace CdcLake.State.Spilling;

/// <summary>Bytes of a mapped file as <see cref="Memory{T}"/>. They are there until the <see cref="StateBudget"/> is disposed.</summary>
/// <param name="address">Of the first.</param>
/// <param name="length">How many.</param>
internal sealed unsafe class MappedMemory(nint address, int length) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => MemoryMarshal.CreateSpan(ref *(byte*)address, length);

    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)address + elementIndex);

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
