using System.Text;
using CdcLake.Common;

namespace CdcLake.Avro;

// Object container file (Avro specification, "Object Container Files"):
//
//   size      field
//   4         magic "Obj" 1
//   rest      metadata, a map of string to bytes: avro.schema (JSON), avro.codec, and whatever the writer adds
//   16        sync marker, random for each file
//   then blocks: count of objects (long), bytes of the payload (long), payload (through the codec), sync marker

/// <summary>Builds an Avro file in memory: write the values of one object into <see cref="Values"/>, then call <see cref="EndObject"/>. Not thread-safe.</summary>
internal sealed class AvroFileWriter
{
    private const int BlockBytes = 64 << 10;
    private const int SyncBytes = 16;
    private readonly AvroWriter _file = new();
    private readonly AvroCodec _codec;
    private readonly byte[] _sync = RandomIds.Bytes(SyncBytes);
    private int _objects;

    /// <param name="schema">Type of every object.</param>
    /// <param name="codec">Codec of the blocks.</param>
    /// <param name="metadata">Further header entries, values as UTF-8.</param>
    public AvroFileWriter(AvroType schema, AvroCodec codec, IEnumerable<KeyValuePair<string, string>> metadata)
    {
        _codec = codec;
        KeyValuePair<string, string>[] entries =
        [
            new("avro.schema", AvroSchemaJson.Write(schema)),
            new("avro.codec", AvroCodecs.NameOf(codec)),
            .. metadata,
        ];
        _file.WriteRaw("Obj\u0001"u8);
        _file.WriteLong(entries.Length);
        foreach (var (key, value) in entries)
        {
            _file.WriteString(key);
            _file.WriteBytes(Encoding.UTF8.GetBytes(value));
        }

        _file.WriteLong(0);
        _file.WriteRaw(_sync);
    }

    /// <summary>Takes the values of the current object.</summary>
    public AvroWriter Values { get; } = new();

    public void EndObject()
    {
        _objects++;
        if (Values.Length >= BlockBytes)
        {
            EndBlock();
        }
    }

    /// <summary>The whole file; the writer is used up.</summary>
    public byte[] Finish()
    {
        EndBlock();
        return _file.Written.ToArray();
    }

    private void EndBlock()
    {
        if (_objects == 0)
        {
            return;
        }

        _file.WriteLong(_objects);
        _file.WriteBytes(AvroCodecs.Compress(_codec, Values.Written));
        _file.WriteRaw(_sync);
        Values.Clear();
        _objects = 0;
    }
}
