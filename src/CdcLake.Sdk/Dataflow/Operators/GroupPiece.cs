using CdcLake.Columnar;
using CdcLake.State.Rows;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// One piece of an aggregation's output while it is filled: keys, and which rows of the results go with them. It is full at <see cref="ChangeBatch.TargetRows"/> rows or
/// <see cref="ChangeBatch.TargetBytes"/>.
/// </summary>
internal sealed class GroupPiece : IDisposable
{
    private readonly Schema _schema;
    private readonly RowCodec _keyCodec;
    private readonly int _keyColumns;
    private readonly Column[] _results;
    private readonly BytesColumn[] _texts;
    private readonly EncodedRows _keys = new();
    private readonly int[] _rows = new int[ChangeBatch.TargetRows];
    private readonly sbyte[] _weights = new sbyte[ChangeBatch.TargetRows];
    private int _count;
    private long _bytes;

    /// <param name="schema">The key columns, then the results.</param>
    /// <param name="keyCodec">Form of the keys.</param>
    /// <param name="keyColumns">How many there are.</param>
    /// <param name="results">Columns to take results from; owned by the caller.</param>
    public GroupPiece(Schema schema, RowCodec keyCodec, int keyColumns, Column[] results)
    {
        _schema = schema;
        _keyCodec = keyCodec;
        _keyColumns = keyColumns;
        _results = results;
        _texts = [.. results.OfType<BytesColumn>()];
    }

    /// <summary>True while two more rows, the old and the new one of a group, fit.</summary>
    public bool HasRoom => _count + 2 <= ChangeBatch.TargetRows && _bytes < ChangeBatch.TargetBytes;

    public void Add(ReadOnlySpan<byte> key, int result, sbyte weight)
    {
        _keys.Append(key);
        _rows[_count] = result;
        _weights[_count++] = weight;
        _bytes += key.Length;
        foreach (var texts in _texts)
        {
            _bytes += texts.LengthOf(result);
        }
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

        _keyCodec.Decode(_keys, columns.AsSpan(0, _keyColumns));
        for (var i = 0; i < _results.Length; i++)
        {
            columns[_keyColumns + i].AppendFrom(_results[i], _rows.AsSpan(0, _count));
        }

        var piece = new ChangeBatch(_schema, columns, _weights.AsSpan(0, _count));
        (_count, _bytes) = (0, 0);
        _keys.Clear();
        return piece;
    }

    public void Dispose() => _keys.Dispose();
}
