using System.Runtime.InteropServices;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

// The only record of the clock, without a key:
//
//   offset  size  field
//   0       8     newest commit time so far, in microseconds since 1970

/// <summary>
/// The rows whose time is at most a period before the newest commit. Those that are there are kept in the order of their times; when an epoch ends, those whose time has passed by then are withdrawn.
/// A row that is older when it comes, or goes, is none: it was withdrawn before, or never given. So what it has given at the end of an epoch depends on the rows and the newest commit time alone, however
/// the log was cut into epochs.
/// </summary>
internal sealed class RecentOperator : IOperator, IKeepsRows
{
    private const int Clock = 0;
    private const long Rows = 0; // the only group

    private readonly int _time;
    private readonly long _period;
    private readonly RowCodec _codec;
    private readonly OrderedRows _rows;
    private readonly RowMap _clock = new(8);
    private readonly EncodedRows _encoded = new();
    private readonly EncodedPiece _piece;
    private readonly List<uint> _first = [];
    private readonly List<int> _kept = [];
    private uint _root;
    private ChangeBatch? _batch;
    private bool _isEnding;

    /// <param name="name">Names the operator in messages.</param>
    /// <param name="schema">Columns of input and output.</param>
    /// <param name="time">Ordinal of a date, date-time or instant.</param>
    /// <param name="period">How long rows are kept.</param>
    public RecentOperator(string name, Schema schema, int time, TimeSpan period)
    {
        (Name, Schema, _time) = (name, schema, time);
        _period = period.Ticks / TimeSpan.TicksPerMicrosecond;
        _codec = new RowCodec(schema, [time, .. Enumerable.Range(0, schema.Count).Where(c => c != time)]);
        _rows = new OrderedRows(_codec, descending: false);
        _piece = new EncodedPiece(schema, new RowCodec(schema, []), _codec, 0);
        State = [_clock, _rows];
    }

    public string Name { get; }

    public Schema Schema { get; }

    public int Inputs => 1;

    public IReadOnlyList<IStateStore> State { get; }

    public IReadOnlyList<KeptRows> Kept => [new("rows", Schema, State, ReadAll)];

    /// <summary>Rows of an earlier time are not there any more; in microseconds.</summary>
    private long Begin => ClockRecord is var clock && clock != 0 ? _clock.Field<long>(clock, Clock) - _period : long.MinValue;

    private bool IsDate => Schema[_time].Type.Kind == TypeKind.Date;

    private uint ClockRecord => _clock.Next(0);

    public void Process(int input, ChangeBatch batch)
    {
        _kept.Clear();
        var begin = Begin;
        for (var i = 0; i < batch.Count; i++)
        {
            if (!batch[_time].IsNull(i) && TimeOf(batch, i) >= begin)
            {
                _kept.Add(i);
            }
        }

        if (_kept.Count < batch.Count)
        {
            using var all = batch;
            if (_kept.Count == 0)
            {
                return;
            }

            batch = all.Copy(CollectionsMarshal.AsSpan(_kept));
        }

        _codec.Encode(batch, _encoded);
        for (var i = 0; i < batch.Count; i++)
        {
            _rows.Apply(Rows, _encoded[i], batch.Weights[i], ref _root);
        }

        _batch = batch;
    }

    public void EndEpoch(Epoch epoch)
    {
        if (_rows.NegativeRow() is var negative && negative != 0)
        {
            throw new InconsistentChangeException(
                $"{Name}: a row was withdrawn that was never added: ({_codec.Print(_rows[negative])}). The log does not start at the beginning of the table, or changes are missing from it.")
            {
                Stage = Name,
            };
        }

        Advance((epoch.CommitTime.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond);
        _isEnding = true;
    }

    public ChangeBatch? Next()
    {
        if (_batch is { } batch)
        {
            _batch = null;
            return batch;
        }

        if (!_isEnding)
        {
            return null;
        }

        var begin = Begin;
        while (_piece.HasRoom && TakeOldest(begin))
        {
        }

        if (_piece.Take() is { } piece)
        {
            return piece;
        }

        _isEnding = false;
        if (_rows.IsSparse)
        {
            Rebuild();
        }

        return null;
    }

    public void AfterRestore()
    {
        _clock.AfterRestore();
        Rebuild();
    }

    public void Dispose()
    {
        _batch?.Dispose();
        _piece.Dispose();
        _encoded.Dispose();
    }

    private IEnumerable<ChangeBatch> ReadAll()
    {
        var rows = new List<uint>();
        _rows.First(_root, _rows.RowsOf(_root), rows);
        foreach (var row in rows)
        {
            _piece.Add([], _rows[row], 1);
            if (!_piece.HasRoom)
            {
                yield return _piece.Take()!;
            }
        }

        if (_piece.Take() is { } last)
        {
            yield return last;
        }
    }

    /// <summary>Sets the clock, which never goes back.</summary>
    private void Advance(long time)
    {
        var clock = ClockRecord;
        if (clock == 0)
        {
            _clock.Add([], MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in time)));
        }
        else if (time > _clock.Field<long>(clock, Clock))
        {
            _clock.Field<long>(clock, Clock) = time;
            _clock.Touch(clock);
        }
    }

    /// <summary>Withdraws one row whose time has passed; false where none has.</summary>
    private bool TakeOldest(long begin)
    {
        _first.Clear();
        _rows.First(_root, 1, _first);
        if (_first.Count == 0 || TimeOf(_rows[_first[0]]) >= begin)
        {
            return false;
        }

        _piece.Add([], _rows[_first[0]], -1);
        _encoded.Clear();
        _encoded.Append(_rows[_first[0]]);
        _rows.Apply(Rows, _encoded[0], -1, ref _root);
        return true;
    }

    private void Rebuild()
    {
        _root = 0;
        var old = _rows.BeginRewrite();
        for (var row = old.Next(0); row != 0; row = old.Next(row))
        {
            _rows.Readd(old, row, new Span<uint>(ref _root));
            old.ReleaseBefore(row);
        }

        old.Clear();
    }

    private long TimeOf(ChangeBatch batch, int row) =>
        IsDate ? batch.Fixed<int>(_time).Values[row] * TimeSpan.MicrosecondsPerDay : batch.Fixed<long>(_time).Values[row];

    /// <summary>Of an encoded row, which begins with the bits of its nulls and goes on with its time.</summary>
    private long TimeOf(ReadOnlySpan<byte> row)
    {
        var value = row[((Schema.Count + 7) / 8)..];
        return IsDate
            ? MemoryMarshal.Read<int>(value) * TimeSpan.MicrosecondsPerDay
            : MemoryMarshal.Read<long>(value);
    }
}
