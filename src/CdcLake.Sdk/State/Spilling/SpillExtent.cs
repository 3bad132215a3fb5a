using CdcLake.Storage;

namespace CdcLake.State.Spilling;

/// <summary>One file for spilled segments. It has no name and goes with the process however that ends. Thread-safe.</summary>
internal sealed class SpillExtent : IDisposable
{
    private readonly LocalFile _file;

    private SpillExtent(LocalFile file, long bytes)
    {
        _file = file;
        Bytes = bytes;
    }

    /// <summary>Room for places.</summary>
    public long Bytes { get; }

    /// <exception cref="ObjectStoreException">The disk is full, or the folder cannot be written to.</exception>
    public static SpillExtent Create(string folder, string content, long bytes) => new(LocalFile.CreateTemporary(folder, content), bytes);

    /// <exception cref="ObjectStoreException">The disk is full or fails.</exception>
    public void Write(ReadOnlySpan<byte> bytes, long offset) => _file.Write(bytes, offset);

    /// <exception cref="ObjectStoreException">The disk fails.</exception>
    public void Read(Span<byte> bytes, long offset) => _file.Read(bytes, offset);

    /// <summary>Adds a read to a batch.</summary>
    public void AddTo(ReadBatch batch, long offset, int length) => batch.Add(_file, offset, length);

    /// <inheritdoc cref="LocalFile.WillRead"/>
    public void WillRead(long offset, long bytes) => _file.WillRead(offset, bytes);

    public void Dispose() => _file.Dispose();
}
