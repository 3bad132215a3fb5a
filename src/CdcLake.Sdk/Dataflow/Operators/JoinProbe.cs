using CdcLake.Columnar;
using CdcLake.State.Rows;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// Walks the matches of one batch on the other side of a join and hands them out in batches of at most <see cref="ChangeBatch.TargetRows"/> rows, and of
/// <see cref="ChangeBatch.TargetBytes"/> or one row more.
/// </summary>
internal sealed class JoinProbe : IDisposable
{
    private const int Ahead = 8;

    private readonly Schema _schema;
    private readonly EncodedRows _rests = new();
    private readonly int[] _rows = new int[ChangeBatch.TargetRows];
    private readonly uint[] _matches = new uint[ChangeBatch.TargetRows];
    private readonly sbyte[] _weights = new sbyte[ChangeBatch.TargetRows];
    private uint[] _heads = [];
    private ChangeBatch? _batch;
    private JoinSide _own = null!;
    private JoinSide _other = null!;
    private bool _ownIsLeft;
    private bool _isSmall;
    private long _rowBytes;
    private int _row;
    private uint _match;
    private long _repeated;

    public JoinProbe(Schema schema) => _schema = schema;

    /// <summary>Looks up a batch whose keys <paramref name="own"/> has just encoded. Owns the batch from now on.</summary>
    public void Begin(ChangeBatch batch, JoinSide own, JoinSide other, bool ownIsLeft)
    {
        if (_heads.Length < batch.Count)
        {
            _heads = new uint[Math.Max(batch.Count, ChangeBatch.TargetRows)];
        }

        other.Rows.FindHeads(own.Keys, own.Skip, _heads.AsSpan(0, batch.Count));
        (_batch, _own, _other, _ownIsLeft) = (batch, own, other, ownIsLeft);
        // The usual case: even a full piece of the longest rows is small, so that rows need not be measured.
        _isSmall = ((2L * own.Keys.Longest) + own.Rests.Longest + other.Rows.Longest) * ChangeBatch.TargetRows <= ChangeBatch.TargetBytes;
        _row = -1;
        _match = 0;
        _repeated = 0;
    }

    /// <summary>The next matches, or null when all have been handed out.</summary>
    public ChangeBatch? Next()
    {
        if (_batch is null)
        {
            return null;
        }

        var count = Collect(_batch);
        var piece = count == 0 ? null : Build(_batch, count);
        if (_row >= _batch.Count)
        {
            _batch.Dispose();
            _batch = null;
        }

        return piece;
    }

    public void Dispose()
    {
        _batch?.Dispose();
        _rests.Dispose();
    }

    private int Collect(ChangeBatch batch)
    {
        var weights = batch.Weights;
        var state = _other.Rows;
        var filled = 0;
        long bytes = 0;
        while (filled < ChangeBatch.TargetRows && bytes < ChangeBatch.TargetBytes)
        {
            if (_match == 0)
            {
                if (++_row >= weights.Length)
                {
                    break;
                }

                _match = _heads[_row];
                _rowBytes = _isSmall ? 0 : (2L * _own.Keys[_row].Length) + _own.Rests[_row].Length;
                continue;
            }

            var copies = state.CountOf(_match) * (long)weights[_row];
            var wanted = Math.Abs(copies) - _repeated;
            var size = _isSmall ? 0 : _rowBytes + state.RestOf(_match).Length;
            var room = size == 0 ? ChangeBatch.TargetRows : 1 + ((ChangeBatch.TargetBytes - bytes) / size);
            var taken = (int)Math.Min(wanted, Math.Min(ChangeBatch.TargetRows - filled, room));
            bytes += taken * size;
            _rows.AsSpan(filled, taken).Fill(_row);
            _matches.AsSpan(filled, taken).Fill(_match);
            _weights.AsSpan(filled, taken).Fill((sbyte)Math.Sign(copies));
            filled += taken;
            _repeated = taken == wanted ? 0 : _repeated + taken;
            _match = taken == wanted ? state.NextOf(_match) : _match;
        }

        return filled;
    }

    private ChangeBatch Build(ChangeBatch batch, int count)
    {
        var columns = new Column[_schema.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = Column.Create(_schema[i].Type);
        }

        var rows = _rows.AsSpan(0, count);
        var ownStart = _ownIsLeft ? 0 : _other.Columns;
        var otherStart = _ownIsLeft ? _own.Columns : 0;
        for (var i = 0; i < _own.Columns; i++)
        {
            columns[ownStart + i].AppendFrom(batch[i], rows);
        }

        // The keys are equal, so the other side's key columns are copied from this side's.
        for (var i = 0; i < _own.Key.Count; i++)
        {
            var target = columns[otherStart + _other.Key[i]];
            if (target.Count == 0)
            {
                target.AppendFrom(batch[_own.Key[i]], rows);
            }
        }

        DecodeRests(columns, otherStart, count);
        return new ChangeBatch(_schema, columns, _weights.AsSpan(0, count));
    }

    private void DecodeRests(Column[] columns, int start, int count)
    {
        var ordinals = _other.RestCodec.Ordinals;
        if (ordinals.IsEmpty)
        {
            return;
        }

        var state = _other.Rows;
        _rests.Clear();
        for (var i = 0; i < count; i++)
        {
            if (i + Ahead < count)
            {
                state.Log.Prefetch(_matches[i + Ahead]);
            }

            _rests.Append(state.RestOf(_matches[i]));
        }

        var targets = new Column[ordinals.Length];
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = columns[start + ordinals[i]];
        }

        _other.RestCodec.Decode(_rests, targets);
    }
}
