using CdcLake.Columnar;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

// The prefix of a group's record:
//
//   offset  size  field
//   0       8     number of the group, never used twice; its rows carry it
//   8       4     root of the tree of its rows
//   12      4     place in the epoch's list of touched groups, counted from 1; 0 between epochs

/// <summary>The groups of a <see cref="TopOperator"/>: all their rows, what the first ones were when the epoch began, and the output made of both when it ends.</summary>
internal sealed class TopGroups : IDisposable
{
    private const int Number = 0;
    private const int Root = 8;
    private const int Touched = 12;

    private readonly RowMap _groups = new(16);
    private readonly OrderedRows _rows;
    private readonly EncodedPiece _piece;
    private readonly int _count;
    private readonly EncodedRows _before = new();
    private readonly List<(uint Group, int Start)> _touched = [];
    private readonly List<uint> _first = [];
    private long _lastNumber;
    private bool _isEnding;
    private int _next;
    private int _at;
    private int _new;

    public TopGroups(OrderedRows rows, EncodedPiece piece, int count)
    {
        _rows = rows;
        _piece = piece;
        _count = count;
        State = [_groups, rows];
    }

    public IReadOnlyList<IStateStore> State { get; }

    private GroupRoots Roots => new(_groups, Number, Root);

    public ReadOnlySpan<byte> KeyOf(uint group) => _groups.KeyOf(group);

    public ReadOnlySpan<byte> RowOf(uint row) => _rows[row];

    /// <summary>Adds and withdraws rows; <paramref name="references"/> is scratch for one number a row.</summary>
    public void Apply(EncodedRows keys, EncodedRows rows, ReadOnlySpan<sbyte> weights, Span<uint> references)
    {
        _groups.FindOrAdd(keys, references);
        for (var i = 0; i < references.Length; i++)
        {
            if (_groups.Field<int>(references[i], Touched) == 0)
            {
                Touch(references[i]);
            }

            _rows.Apply(_groups.Field<long>(references[i], Number), rows[i], weights[i], ref _groups.Field<uint>(references[i], Root));
        }
    }

    /// <summary>Group and row that was withdrawn but never added, or zeros; then what changed can be taken.</summary>
    public (uint Group, uint Row) EndEpoch()
    {
        var negative = _rows.NegativeRow();
        if (negative != 0)
        {
            var number = OrderedRows.GroupOf(_rows.Log, negative);
            return (_touched.Find(t => _groups.Field<long>(t.Group, Number) == number).Group, negative);
        }

        _isEnding = true;
        _next = 0;
        BeginGroup();
        return default;
    }

    /// <summary>The next piece of the ended epoch's output, or null when there is none left.</summary>
    public ChangeBatch? Next()
    {
        if (!_isEnding)
        {
            return null;
        }

        while (_next < _touched.Count && _piece.HasRoom)
        {
            if (!Step())
            {
                _next++;
                BeginGroup();
            }
        }

        if (_piece.Take() is { } piece)
        {
            return piece;
        }

        Finish();
        return null;
    }

    public void TakeOver(TopGroups former, KeyShare share)
    {
        var groups = new Dictionary<long, uint>();
        foreach (var there in share.Of(former._groups.Log, former._groups.KeyOf))
        {
            var here = _groups.Add(former._groups.KeyOf(there), former._groups.PrefixOf(there));
            groups.Add(former._groups.Field<long>(there, Number), here);
            _groups.Field<long>(here, Number) = ++_lastNumber;
        }

        Roots.TakeOver(_rows, former._rows.Log, groups);
    }

    public void AfterRestore()
    {
        _groups.AfterRestore();
        for (var group = _groups.Next(0); group != 0; group = _groups.Next(group))
        {
            _lastNumber = Math.Max(_lastNumber, _groups.Field<long>(group, Number));
        }

        Roots.Rebuild(_rows);
    }

    /// <summary>All rows of all groups, between epochs, in pieces that the caller owns.</summary>
    public IEnumerable<ChangeBatch> ReadAll()
    {
        var rows = new List<uint>();
        for (var group = _groups.Next(0); group != 0; group = _groups.Next(group))
        {
            var root = _groups.Field<uint>(group, Root);
            rows.Clear();
            _rows.First(root, _rows.RowsOf(root), rows);
            foreach (var row in rows)
            {
                _piece.Add(_groups.KeyOf(group), _rows[row], 1);
                if (!_piece.HasRoom)
                {
                    yield return _piece.Take()!;
                }
            }
        }

        if (_piece.Take() is { } last)
        {
            yield return last;
        }
    }

    public void Dispose()
    {
        _before.Dispose();
        _piece.Dispose();
    }

    private void Touch(uint group)
    {
        ref var number = ref _groups.Field<long>(group, Number);
        number = number == 0 ? ++_lastNumber : number;
        _touched.Add((group, _before.Count));
        _groups.Field<int>(group, Touched) = _touched.Count;
        _first.Clear();
        _rows.First(_groups.Field<uint>(group, Root), _count, _first);
        foreach (var row in _first)
        {
            _before.Append(_rows[row]);
        }
    }

    private void BeginGroup()
    {
        if (_next < _touched.Count)
        {
            (_at, _new) = (_touched[_next].Start, 0);
            _first.Clear();
            _rows.First(_groups.Field<uint>(_touched[_next].Group, Root), _count, _first);
        }
    }

    /// <summary>Both lists have the same order, so that one walk finds what differs. False when the group is done.</summary>
    private bool Step()
    {
        var end = _next + 1 < _touched.Count ? _touched[_next + 1].Start : _before.Count;
        if (_at == end && _new == _first.Count)
        {
            return false;
        }

        var order = _at == end ? 1 : _new == _first.Count ? -1 : _rows.Compare(_before[_at], _rows[_first[_new]]);
        if (order < 0)
        {
            _piece.Add(_groups.KeyOf(_touched[_next].Group), _before[_at], -1);
        }
        else if (order > 0)
        {
            _piece.Add(_groups.KeyOf(_touched[_next].Group), _rows[_first[_new]], 1);
        }

        _at += order <= 0 ? 1 : 0;
        _new += order >= 0 ? 1 : 0;
        return true;
    }

    private void Finish()
    {
        foreach (var (group, _) in _touched)
        {
            _groups.Field<int>(group, Touched) = 0;
            if (_groups.Field<uint>(group, Root) == 0)
            {
                _groups.Remove(group);
            }
        }

        _touched.Clear();
        _before.Clear();
        _isEnding = false;
        if (_groups.IsSparse)
        {
            _groups.Compact();
        }

        if (_rows.IsSparse)
        {
            Roots.Rebuild(_rows);
        }
    }
}
