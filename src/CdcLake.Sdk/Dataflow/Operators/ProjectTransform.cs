using CdcLake.Columnar;
using CdcLake.Expressions;

namespace CdcLake.Dataflow.Operators;

/// <summary>Computes new columns for each row; weights stay.</summary>
internal sealed class ProjectTransform : ITransform
{
    private readonly Projection _columns;

    public ProjectTransform(string name, Projection columns)
    {
        Name = name;
        _columns = columns;
    }

    public string Name { get; }

    public Schema Schema => _columns.Output;

    public ChangeBatch? Apply(ChangeBatch batch)
    {
        using (batch)
        {
            return batch.Count == 0 ? null : new ChangeBatch(Schema, _columns.Evaluate(batch), batch.Weights);
        }
    }
}
