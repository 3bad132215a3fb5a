using CdcLake.Columnar;
using CdcLake.State.Rows;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// A batch while it is filled from stored rows, each a key and the other columns. Columns that neither has are null. It is full at <see cref="ChangeBatch.TargetRows"/> rows
/// or <see cref="ChangeBatch.TargetBytes"/>.
/// </summary>
internal sealed class EncodedPiece : IDisposable
{
    private readonly Schema _schema;
    private readonly RowCodec _keyCodec;
    private readonly RowCodec _restCodec;
    private readonly int _start;
    private readonly EncodedRows _keys = new();
    private readonly EncodedRows _rests = new();
    private readonly sbyte[] _weights = new sbyte[ChangeBatch.TargetRows];
    private int _count;

    /// <param name="schema">Columns of the batches.</param>
    /// <param name="keyCodec">Form of the keys.</param>
    /// <param name="restCodec">Form of the other columns.</param>
    /// <param name="start">Ordinal in <paramref name="schema"/> of the codecs' column 0.</param>
    public EncodedPiece(Schema schema, RowCodec keyCodec, RowCodec restCodec, int start)
    {
        _schema = schema;
        _keyCodec = keyCodec;
        _restCodec = restCodec;
        _start = start;
    }

    public bool HasRoom => _count < ChangeBatch.TargetRows && (long)_keys.DataLength + _rests.DataLength < ChangeBatch.TargetBytes;

    public void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> rest, sbyte weight)
    {
        _keys.Append(key);
        _rests.Append(rest);
        _weights[_count++] = weight;
    }

    /// <summary>The piece, owned by the caller, or null when nothing was added; then it is empty again.</summary>
    public ChangeBatch? Take()
    {
        if (_count == 0)
        {
            return null;
        }

        var columns = new Column[_schema.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Column.Create(_schema[i].Type);
        }

        Decode(_keyCodec, _keys, columns);
        Decode(_restCodec, _rests, columns);
        foreach (var column in columns)
        {
            if (column.Count == 0)
            {
                column.AppendRepeated(null, _count);
            }
        }

        var piece = new ChangeBatch(_schema, columns, _weights.AsSpan(0, _count));
        _count = 0;
        _keys.Clear();
        _rests.Clear();
        return piece;
    }

    public void Dispose()
    {
        _keys.Dispose();
        _rests.Dispose();
    }

    private void Decode(RowCodec codec, EncodedRows rows, Column[] columns)
    {
        if (codec.Ordinals.IsEmpty)
        {
            return;
        }

        // A column may be in a key twice: it is decoded into a column of its own and forgotten.
        var targets = new Column[codec.Ordinals.Length];
        for (var i = 0; i < targets.Length; i++)
        {
            var column = columns[_start + codec.Ordinals[i]];
            targets[i] = targets.AsSpan(0, i).Contains(column) ? Column.Create(column.Type) : column;
        }

        codec.Decode(rows, targets);
        foreach (var target in targets)
        {
            if (!columns.AsSpan().Contains(target))
            {
                target.Return();
            }
        }
    }
}
