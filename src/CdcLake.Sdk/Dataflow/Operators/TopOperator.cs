using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.State.Rows;
using CdcLake.State.Stores;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// The first rows of each group in an order. All rows are kept, ordered by group, so that the next one moves up when a first one goes. When an epoch ends, each touched group
/// gives what left its first rows with −1 and what came among them with +1.
/// </summary>
internal sealed class TopOperator : IOperator, IKeepsRows
{
    private readonly RowCodec _keyCodec;
    private readonly TopGroups _groups;
    private readonly EncodedRows _keys = new();
    private readonly EncodedRows _encoded = new();
    private uint[] _references = [];

    /// <param name="name">Names the operator in messages.</param>
    /// <param name="schema">Columns of input and output.</param>
    /// <param name="key">Ordinals of the group key; none for one group over everything.</param>
    /// <param name="order">Ordinals of what rows are ordered by, the most important first; the other columns follow by themselves.</param>
    /// <param name="descending">Whether the largest come first.</param>
    /// <param name="count">Rows of a group to give.</param>
    public TopOperator(string name, Schema schema, IReadOnlyList<int> key, IReadOnlyList<int> order, bool descending, int count)
    {
        Name = name;
        Schema = schema;
        int[] keys = [.. key.Distinct()];
        int[] ordered = [.. order.Concat(Enumerable.Range(0, schema.Count)).Except(keys)];
        _keyCodec = new RowCodec(schema, keys);
        RowCodec = new RowCodec(schema, ordered);
        _groups = new TopGroups(new OrderedRows(RowCodec, descending), new EncodedPiece(schema, _keyCodec, RowCodec, 0), count);
        State = _groups.State;
    }

    public string Name { get; }

    public Schema Schema { get; }

    public int Inputs => 1;

    public IReadOnlyList<IStateStore> State { get; }

    public IReadOnlyList<KeptRows> Kept => [new("rows", Schema, State, _groups.ReadAll)];

    private RowCodec RowCodec { get; }

    public void Process(int input, ChangeBatch batch)
    {
        using (batch)
        {
            if (_references.Length < batch.Count)
            {
                _references = new uint[Math.Max(batch.Count, ChangeBatch.TargetRows)];
            }

            _keyCodec.Encode(batch, _keys);
            RowCodec.Encode(batch, _encoded);
            _keys.ComputeHashes();
            _groups.Apply(_keys, _encoded, batch.Weights, _references.AsSpan(0, batch.Count));
        }
    }

    public void EndEpoch(Epoch epoch)
    {
        if (_groups.EndEpoch() is var (group, row) && row != 0)
        {
            throw new InconsistentChangeException(
                $"{Name}: a row was withdrawn that was never added: group ({_keyCodec.Print(_groups.KeyOf(group))}), other columns ({RowCodec.Print(_groups.RowOf(row))}). "
                + "The log does not start at the beginning of the table, or changes are missing from it.")
            {
                Stage = Name,
            };
        }
    }

    public ChangeBatch? Next() => _groups.Next();

    public void TakeOver(IOperator former, KeyShare share) => _groups.TakeOver(((TopOperator)former)._groups, share);

    public void AfterRestore() => _groups.AfterRestore();

    public void Dispose()
    {
        _keys.Dispose();
        _encoded.Dispose();
        _groups.Dispose();
    }
}
