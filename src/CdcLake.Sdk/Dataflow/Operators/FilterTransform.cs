using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Dataflow.Operators;

/// <summary>Keeps the rows for which a condition is true. An update of which only one image passes becomes a plain addition or withdrawal.</summary>
internal sealed class FilterTransform : ITransform
{
    private readonly Predicate _condition;
    private int[] _rows = [];

    public FilterTransform(string name, Schema schema, Predicate condition)
    {
        Name = name;
        Schema = schema;
        _condition = condition;
    }

    public string Name { get; }

    public Schema Schema { get; }

    public ChangeBatch? Apply(ChangeBatch batch)
    {
        if (_rows.Length < batch.Count)
        {
            _rows = new int[Math.Max(batch.Count, ChangeBatch.TargetRows)];
        }

        var kept = _condition.Select(batch, _rows);
        if (kept == batch.Count)
        {
            return kept == 0 ? Drop(batch) : batch;
        }

        using (batch)
        {
            return kept == 0 ? null : batch.Copy(_rows.AsSpan(0, kept));
        }
    }

    private static ChangeBatch? Drop(ChangeBatch batch)
    {
        batch.Dispose();
        return null;
    }
}
