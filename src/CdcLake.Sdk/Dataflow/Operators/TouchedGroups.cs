using CdcLake.Columnar;
using CdcLake.Dataflow.Aggregates;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

/// <summary>The groups that an epoch touched, with the results they had before, and the output made of both when the epoch ends.</summary>
internal sealed class TouchedGroups : IDisposable
{
    private readonly string _name;
    private readonly RowCodec _keyCodec;
    private readonly RowMap _groups;
    private readonly Accumulator[] _accumulators;
    private readonly AggregateResult[] _calls;
    private readonly GroupPiece _piece;
    private readonly bool _isTotal;
    private readonly int _firstAccumulator;

    // Results of the touched groups before the epoch, in the order of touching; EndEpoch appends the results after it in the same order.
    private readonly Column[] _results;
    private uint[] _touched = [];
    private bool[] _existed = [];
    private int _count;
    private int _next;
    private bool _ending;

    public TouchedGroups(string name, Schema schema, RowCodec keyCodec, int keyColumns, RowMap groups, AggregateResult[] calls, int firstAccumulator)
    {
        _name = name;
        _keyCodec = keyCodec;
        _groups = groups;
        _calls = calls;
        _accumulators = [.. calls.Select(c => c.Accumulator).Distinct()];
        _isTotal = keyColumns == 0;
        _firstAccumulator = firstAccumulator;
        _results = new Column[calls.Length];
        for (var i = 0; i < _results.Length; i++)
        {
            _results[i] = Column.Create(calls[i].Call.Result);
        }

        _piece = new GroupPiece(schema, keyCodec, keyColumns, _results);
    }

    /// <summary>Remembers the present results of groups that were not touched before in this epoch. Call it before they change.</summary>
    public void Add(ReadOnlySpan<uint> groups)
    {
        var before = _count;
        foreach (var group in groups)
        {
            ref var place = ref _groups.Field<int>(group, GroupRecord.Touched);
            if (place == 0)
            {
                Grow();
                _groups.Touch(group);
                _existed[_count] = _groups.Field<long>(group, _isTotal ? GroupRecord.Number : GroupRecord.RowCount) != 0;
                _touched[_count++] = group;
                place = _count;
            }
        }

        AppendResults(_touched.AsSpan(before, _count - before));
    }

    /// <exception cref="InconsistentChangeException">A group would have a negative number of rows or values.</exception>
    public void EndEpoch()
    {
        for (var first = 0; first < _count; first += ChangeBatch.TargetRows)
        {
            var groups = _touched.AsSpan(first, Math.Min(ChangeBatch.TargetRows, _count - first));
            _groups.Log.Settle();
            _groups.Log.Ask(groups);
            AppendResults(groups);
            foreach (var group in groups)
            {
                Check(group);
            }
        }

        _next = 0;
        _ending = true;
    }

    /// <summary>The next piece of the ended epoch's output, or null when there is none left.</summary>
    public ChangeBatch? Next()
    {
        if (!_ending)
        {
            return null;
        }

        _groups.Log.Settle();
        for (; _next < _count && _piece.HasRoom; _next++)
        {
            var exists = Exists(_touched[_next]);
            if (_existed[_next] && exists && AreEqual(_next, _count + _next))
            {
                continue;
            }

            if (_existed[_next])
            {
                _piece.Add(_groups.KeyOf(_touched[_next]), _next, -1);
            }

            if (exists)
            {
                _piece.Add(_groups.KeyOf(_touched[_next]), _count + _next, 1);
            }
        }

        if (_piece.Take() is { } batch)
        {
            return batch;
        }

        Finish();
        return null;
    }

    /// <summary>All groups with their present results, between epochs, in pieces that the caller owns.</summary>
    public IEnumerable<ChangeBatch> ReadAll()
    {
        var count = 0;
        for (var group = _groups.Next(0); group != 0; group = _groups.Next(group))
        {
            AppendResults([group]);
            _piece.Add(_groups.KeyOf(group), count++, 1);
            if (!_piece.HasRoom)
            {
                yield return TakeRead();
                count = 0;
            }
        }

        if (count > 0)
        {
            yield return TakeRead();
        }
    }

    public void Dispose()
    {
        _piece.Dispose();
        foreach (var column in _results)
        {
            column.Return();
        }
    }

    private ChangeBatch TakeRead()
    {
        var piece = _piece.Take()!;
        foreach (var column in _results)
        {
            column.Clear();
        }

        return piece;
    }

    private bool Exists(uint group) => _isTotal || _groups.Field<long>(group, GroupRecord.RowCount) != 0;

    private void AppendResults(ReadOnlySpan<uint> groups)
    {
        for (var i = 0; i < _results.Length; i++)
        {
            _calls[i].Accumulator.AppendResults(_calls[i].Call, groups, _groups, _results[i]);
        }
    }

    private bool AreEqual(int a, int b)
    {
        foreach (var column in _results)
        {
            if (!column.AreEqual(a, column, b))
            {
                return false;
            }
        }

        return true;
    }

    private void Check(uint group)
    {
        var rows = _groups.Field<long>(group, GroupRecord.RowCount);
        var negative = rows < 0;
        foreach (var accumulator in _accumulators)
        {
            negative |= accumulator.IsNegative(group, _groups);
        }

        // Without rows there can be no values either: every accumulator is back at zero.
        negative |= rows == 0 && _groups.PrefixOf(group)[_firstAccumulator..].ContainsAnyExcept((byte)0);
        if (negative)
        {
            throw new InconsistentChangeException(
                $"{_name}: more rows were withdrawn from the group ({_keyCodec.Print(_groups.KeyOf(group))}) than had been added. "
                + "The log does not start at the beginning of the table, or changes are missing from it.")
            {
                Stage = _name,
            };
        }
    }

    private void Finish()
    {
        for (var i = 0; i < _count; i++)
        {
            if (i % ChangeBatch.TargetRows == 0)
            {
                _groups.Log.Settle();
            }

            _groups.Field<int>(_touched[i], GroupRecord.Touched) = 0;
            if (!Exists(_touched[i]))
            {
                _groups.Remove(_touched[i]);
            }
        }

        foreach (var column in _results)
        {
            column.Clear();
        }

        _count = 0;
        _ending = false;
        if (_groups.IsSparse)
        {
            _groups.Compact();
        }

        foreach (var accumulator in _accumulators)
        {
            accumulator.EndEpoch(_groups);
        }
    }

    private void Grow()
    {
        if (_count == _touched.Length)
        {
            var size = Math.Max(256, _count * 2);
            Array.Resize(ref _touched, size);
            Array.Resize(ref _existed, size);
        }
    }
}
