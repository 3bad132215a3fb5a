using System.Text;

namespace CdcLake.Avro;

/// <summary>An Avro object container file held in memory; the layout is described with <see cref="AvroFileWriter"/>. Immutable.</summary>
internal sealed class AvroFile
{
    private const int SyncBytes = 16;
    private static readonly AvroType HeaderType = AvroType.Map(AvroType.Bytes);
    private readonly byte[] _bytes;
    private readonly AvroCodec _codec;
    private readonly int _firstBlock;

    private AvroFile(byte[] bytes, Dictionary<string, byte[]> metadata, int firstBlock)
    {
        _bytes = bytes;
        _firstBlock = firstBlock;
        Metadata = metadata;
        _codec = metadata.TryGetValue("avro.codec", out var codec) ? AvroCodecs.Parse(Encoding.UTF8.GetString(codec)) : AvroCodec.Null;
        Schema = metadata.TryGetValue("avro.schema", out var schema)
            ? AvroSchemaJson.Read(schema)
            : throw new AvroFormatException("the header has no avro.schema");
    }

    /// <summary>Header entries.</summary>
    public IReadOnlyDictionary<string, byte[]> Metadata { get; }

    /// <summary>Schema that the writer used.</summary>
    public AvroType Schema { get; }

    /// <exception cref="AvroFormatException">Not an Avro file, truncated, or with a codec that we do not know.</exception>
    public static AvroFile Open(byte[] bytes)
    {
        if (!bytes.AsSpan().StartsWith("Obj\u0001"u8))
        {
            throw new AvroFormatException("the file does not begin with the four bytes of an Avro file");
        }

        const int HeaderStart = 4;
        var reader = new AvroReader(bytes.AsSpan(HeaderStart));
        var metadata = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        for (var count = reader.ReadBlockCount(HeaderType.Items!); count > 0; count = reader.ReadBlockCount(HeaderType.Items!))
        {
            for (var i = 0; i < count; i++)
            {
                metadata[reader.ReadString()] = reader.ReadBytes().ToArray();
            }
        }

        var sync = HeaderStart + reader.Position;
        return sync + SyncBytes <= bytes.Length
            ? new AvroFile(bytes, metadata, sync + SyncBytes)
            : throw new AvroFormatException("the file ends inside its header");
    }

    /// <summary>The objects of the file, block by block: how many, and their bytes after decompression.</summary>
    public IEnumerable<AvroBlock> Blocks()
    {
        for (var at = _firstBlock; at < _bytes.Length;)
        {
            var (count, start, length) = ReadBlockHeader(at);
            var payload = AvroCodecs.Restore(_codec, _bytes, start, length);
            if (count > payload.Length)
            {
                throw new AvroFormatException($"the block at byte {at} announces {count} objects in {payload.Length} bytes");
            }

            yield return new AvroBlock((int)count, payload);
            at = start + length + SyncBytes;
        }
    }

    private (long Count, int Start, int Length) ReadBlockHeader(int at)
    {
        var reader = new AvroReader(_bytes.AsSpan(at));
        var count = reader.ReadLong();
        var length = reader.ReadLong();
        var start = at + reader.Position;
        if (count < 0 || length < 0 || length > _bytes.Length - start - SyncBytes)
        {
            throw new AvroFormatException($"the block at byte {at} announces {count} objects in {length} bytes, but only {_bytes.Length - start} bytes follow");
        }

        var sync = _bytes.AsSpan(start + (int)length, SyncBytes);
        return sync.SequenceEqual(_bytes.AsSpan(_firstBlock - SyncBytes, SyncBytes))
            ? (count, start, (int)length)
            : throw new AvroFormatException($"the block at byte {at} does not end with the file's marker");
    }
}

/// <summary>A decompressed block of an Avro file.</summary>
/// <param name="Count">Objects in it.</param>
/// <param name="Bytes">Their bytes, one behind the other.</param>
internal readonly record struct AvroBlock(int Count, ReadOnlyMemory<byte> Bytes);
