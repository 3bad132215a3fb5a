using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow.Aggregates;
using CdcLake.Expressions;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// One row per group that has rows. Changes only update the group's accumulators; when the epoch ends, each touched group gives its former row with −1 and its
/// present row with +1, and nothing when the two are equal. A group whose last row is withdrawn disappears; without a key there is one group, which is there from the end of
/// the first epoch on, rows or not.
/// </summary>
internal sealed class AggregateOperator : IOperator, IKeepsRows
{
    // Rows that go through all accumulators before the next: few enough for their groups' records to stay in the processor's cache.
    private const int SliceRows = 512;

    private readonly bool _isTotal;
    private readonly bool _hasNumbers;
    private readonly RowCodec _keyCodec;
    private readonly Accumulator[] _accumulators;
    private readonly RowMap _groups;
    private readonly EncodedRows _keys = new();
    private readonly TouchedGroups _touched;
    private uint[] _references = [];
    private long _lastNumber;

    /// <param name="name">Names the operator in messages.</param>
    /// <param name="schema">The key columns, then one column for each call.</param>
    /// <param name="input">Columns of the input.</param>
    /// <param name="key">Ordinals of the group key; none for one group over everything.</param>
    /// <param name="calls">The aggregates.</param>
    public AggregateOperator(string name, Schema schema, Schema input, IReadOnlyList<int> key, IReadOnlyList<AggregateCall> calls)
    {
        Name = name;
        Schema = schema;
        _isTotal = key.Count == 0;
        _keyCodec = new RowCodec(input, key);
        var results = Accumulators.Create(calls, input);
        _accumulators = [.. results.Select(r => r.Accumulator).Distinct()];
        _hasNumbers = _isTotal || Array.Exists(_accumulators, a => a.NeedsNumber);
        var size = GroupRecord.SizeWith(_hasNumbers);
        foreach (var accumulator in _accumulators)
        {
            accumulator.Offset = size;
            size += accumulator.Size;
        }

        _groups = new RowMap(size);
        _touched = new TouchedGroups(name, schema, _keyCodec, key.Count, _groups, results, GroupRecord.SizeWith(_hasNumbers));
        State = [_groups, .. _accumulators.SelectMany(a => a.State)];
    }

    public string Name { get; }

    public Schema Schema { get; }

    public int Inputs => 1;

    public IReadOnlyList<IStateStore> State { get; }

    public IReadOnlyList<KeptRows> Kept => [new("groups", Schema, State, _touched.ReadAll)];

    public void Process(int input, ChangeBatch batch)
    {
        using (batch)
        {
            if (_references.Length < batch.Count)
            {
                _references = new uint[Math.Max(batch.Count, ChangeBatch.TargetRows)];
            }

            var groups = _references.AsSpan(0, batch.Count);
            _keyCodec.Encode(batch, _keys);
            _keys.ComputeHashes();
            _groups.FindOrAdd(_keys, groups);
            foreach (var accumulator in _accumulators)
            {
                accumulator.Begin(batch);
            }

            for (var first = 0; first < groups.Length; first += SliceRows)
            {
                Add(batch, first, groups.Slice(first, Math.Min(SliceRows, groups.Length - first)));
            }
        }
    }

    private void Add(ChangeBatch batch, int first, ReadOnlySpan<uint> groups)
    {
        _touched.Add(groups);
        CountRows(groups, batch.Weights[first..]);
        foreach (var accumulator in _accumulators)
        {
            accumulator.Add(batch, first, groups, _groups);
        }
    }

    public void EndEpoch(Epoch epoch)
    {
        if (_isTotal && _groups.Count == 0)
        {
            AddTotal();
        }

        _touched.EndEpoch();
    }

    public ChangeBatch? Next() => _touched.Next();

    public void TakeOver(IOperator former, KeyShare share)
    {
        var other = (AggregateOperator)former;
        var all = new List<uint>();
        var byNumber = new Dictionary<long, uint>();
        foreach (var there in share.Of(other._groups.Log, other._groups.KeyOf))
        {
            var here = _groups.Add(other._groups.KeyOf(there), other._groups.PrefixOf(there));
            all.Add(here);
            if (_hasNumbers)
            {
                byNumber.Add(other._groups.Field<long>(there, GroupRecord.Number), here);
                _groups.Field<long>(here, GroupRecord.Number) = ++_lastNumber;
            }
        }

        foreach (var (own, theirs) in _accumulators.Zip(other._accumulators))
        {
            own.TakeOver(theirs, new TakenGroups(all, byNumber), _groups);
        }
    }

    public void AfterRestore()
    {
        _groups.AfterRestore();
        for (var group = _hasNumbers ? _groups.Next(0) : 0; group != 0; group = _groups.Next(group))
        {
            _lastNumber = Math.Max(_lastNumber, _groups.Field<long>(group, GroupRecord.Number));
        }

        foreach (var accumulator in _accumulators)
        {
            accumulator.AfterRestore(_groups);
        }
    }

    public void Dispose()
    {
        _keys.Dispose();
        _touched.Dispose();
        foreach (var accumulator in _accumulators)
        {
            accumulator.Dispose();
        }
    }

    /// <summary>Makes the only group, of no rows yet.</summary>
    private void AddTotal()
    {
        var group = 0u;
        _keys.Clear();
        _keys.Append([]);
        _keys.ComputeHashes();
        _groups.FindOrAdd(_keys, new Span<uint>(ref group));
        _touched.Add([group]);
        _groups.Field<long>(group, GroupRecord.Number) = ++_lastNumber;
    }

    private void CountRows(ReadOnlySpan<uint> groups, ReadOnlySpan<sbyte> weights)
    {
        for (var i = 0; i < groups.Length; i++)
        {
            if (_hasNumbers && _groups.Field<long>(groups[i], GroupRecord.Number) == 0)
            {
                _groups.Field<long>(groups[i], GroupRecord.Number) = ++_lastNumber;
            }

            _groups.Field<long>(groups[i], GroupRecord.RowCount) += weights[i];
        }
    }
}
