using System.Buffers.Binary;
using CdcLake.Columnar;
using CdcLake.Common;
using CdcLake.Iceberg.Tables;
using CdcLake.State.Rows;
using CdcLake.Storage;

namespace CdcLake.Iceberg.Index;

/// <summary>
/// Which row of which file holds a key. Keys come encoded, many at a time, so that what they need, of memory or of disk, is fetched together. Keys of one number are
/// kept exactly (16 bytes an entry), all others as 96 bits of a hash that is seeded anew for each index (20 bytes an entry): two of a billion such keys collide with a
/// probability below 10⁻¹¹. What exceeds the memory goes to files. Only a cache: the table is the truth. Not thread-safe; the owner disposes it.
/// </summary>
internal abstract class KeyIndex : IDisposable
{
    /// <summary>What is in its files, for messages.</summary>
    public const string Content = "the key index";

    /// <summary>Keys in the index.</summary>
    public long Count { get; protected set; }

    /// <summary>Why what was kept of it was of no use; null when it was, or there was nothing.</summary>
    public ObjectStoreException? ImageError { get; set; }

    /// <summary>That of the hashes.</summary>
    public abstract ulong Seed { get; }

    /// <summary>Memory of all entries, free ones included.</summary>
    public abstract long Bytes { get; }

    /// <summary>An empty index for keys of some columns.</summary>
    /// <param name="columns">Columns of the key.</param>
    /// <param name="space">What it may take.</param>
    /// <param name="seed">That of an index whose keys are to be read; null takes a new one.</param>
    public static KeyIndex For(Schema columns, KeyIndexSpace space, ulong? seed = null)
    {
        var isNumber = columns.Count == 1 && !columns[0].Nullable
            && columns[0].Type.Storage is StorageKind.Int64 or StorageKind.Int32 or StorageKind.Byte;
        var chosen = seed ?? BinaryPrimitives.ReadUInt64LittleEndian(RandomIds.Bytes(sizeof(ulong)));
        return isNumber ? new TieredKeys<NumberKey>(space, chosen) : new TieredKeys<HashedKey>(space, chosen);
    }

    /// <summary>Says for each key whether it is there.</summary>
    /// <param name="keys">Encoded keys.</param>
    /// <param name="present">One entry for each key.</param>
    public abstract void Find(EncodedRows keys, Span<bool> present);

    /// <summary>Where each key is, or <see cref="RowLocation.None"/>.</summary>
    /// <param name="keys">Encoded keys.</param>
    /// <param name="locations">One entry for each key.</param>
    public abstract void Find(EncodedRows keys, Span<RowLocation> locations);

    /// <summary>Adds keys or moves them.</summary>
    /// <param name="keys">Encoded keys.</param>
    /// <param name="rows">Which of them; all when empty.</param>
    /// <param name="file">Ordinal of the file in which their rows are now.</param>
    /// <param name="positions">Row number of each.</param>
    /// <param name="previous">One entry for each: where its row was, or <see cref="RowLocation.None"/>.</param>
    /// <exception cref="ObjectStoreException">The disk is full or fails: the index is of no use any more.</exception>
    public abstract void Set(EncodedRows keys, ReadOnlySpan<int> rows, int file, ReadOnlySpan<uint> positions, Span<RowLocation> previous);

    /// <summary>Removes keys.</summary>
    /// <param name="keys">Encoded keys.</param>
    /// <param name="previous">One entry for each key: where it was, or <see cref="RowLocation.None"/>.</param>
    /// <exception cref="ObjectStoreException">The disk is full or fails: the index is of no use any more.</exception>
    public abstract void Remove(EncodedRows keys, Span<RowLocation> previous);

    /// <summary>Writes all keys to a file, which is closed.</summary>
    /// <param name="file">A new one.</param>
    /// <exception cref="ObjectStoreException">The disk is full or fails.</exception>
    public abstract void WriteTo(LocalFile file);

    /// <summary>Adds the keys of a file that an index of this seed wrote, as far as their rows are still shown.</summary>
    /// <param name="file">The file; it stays the caller's.</param>
    /// <param name="known">For each ordinal of then its data file, or null where that is gone.</param>
    /// <exception cref="ObjectStoreException">It is damaged.</exception>
    public abstract void ReadFrom(LocalFile file, LiveFile?[] known);

    /// <summary>Removes all keys and gives their memory back.</summary>
    public abstract void Clear();

    /// <summary>Gives the memory back.</summary>
    public virtual void Dispose()
    {
        Clear();
        GC.SuppressFinalize(this);
    }
}
