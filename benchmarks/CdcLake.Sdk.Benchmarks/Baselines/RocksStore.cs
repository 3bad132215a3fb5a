using System.Buffers.Binary;
using System.Runtime.InteropServices;
using RocksDbSharp;

namespace CdcLake.Benchmarks.Baselines;

/// <summary>
/// Records by a number in RocksDB, as a stream processor would keep them: no log of its own (checkpoints are somebody else's), a block cache and memtables that share the budget, filters of ten bits a key
/// and indexes beside it, LZ4. Numbers are big endian, so that the order of the keys is that of the numbers.
/// </summary>
internal sealed class RocksStore : IDisposable
{
    private const int Memtables = 4;
    private readonly RocksDb _db;
    private readonly WriteOptions _noLog = new WriteOptions().DisableWal(1);
    private readonly WriteBatch _batch = new();
    private readonly byte[] _value;

    /// <param name="folder">Where its files lie.</param>
    /// <param name="budget">Bytes of memory: half for memtables, half for blocks.</param>
    /// <param name="width">Bytes of a record.</param>
    public RocksStore(string folder, long budget, int width)
    {
        _value = new byte[width];
        var blocks = new BlockBasedTableOptions()
            .SetBlockCache(Cache.CreateLru((ulong)(budget / 2)))
            .SetFilterPolicy(BloomFilterPolicy.Create(10, false));
        var options = new DbOptions().SetCreateIfMissing(true).SetBlockBasedTableFactory(blocks).SetCompression(RocksDbSharp.Compression.Lz4)
            .SetWriteBufferSize((ulong)(budget / 2 / Memtables)).SetMaxWriteBufferNumber(Memtables).SetMaxBackgroundCompactions(2).SetMaxBackgroundFlushes(1);
        _db = RocksDb.Open(options, folder);
    }

    /// <summary>Adds one to a number inside each record, which is made where there was none.</summary>
    public void Increase(ReadOnlySpan<long> ids, int field, bool areNew)
    {
        Span<byte> key = stackalloc byte[sizeof(long)];
        foreach (var id in ids)
        {
            BinaryPrimitives.WriteInt64BigEndian(key, id);
            if (areNew || !_db.GetFixedSizeValue(key, _value))
            {
                Array.Clear(_value);
            }

            MemoryMarshal.AsRef<long>(_value.AsSpan(field))++;
            _batch.Put(key, _value);
        }

        _db.Write(_batch, _noLog);
        _batch.Clear();
    }

    public void Dispose()
    {
        _batch.Dispose();
        _db.Dispose();
    }
}
