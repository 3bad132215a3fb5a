using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>A bound operator, and where the columns are by which the logical plan knows its output.</summary>
/// <param name="Node">The operator.</param>
/// <param name="Stem">What names of consumers are made of: stateless operators pass on that of their input.</param>
/// <param name="Ordinals">Logical name → ordinal in the node's schema.</param>
/// <param name="NaturalKey">Columns that identify a row, or null when none are known.</param>
internal sealed record BoundStream(
    PlanNode Node, string Stem, IReadOnlyDictionary<ColumnName, int> Ordinals, IReadOnlyList<ColumnName>? NaturalKey)
{
    /// <summary>Binds expressions over the node's output.</summary>
    public ExprBinder Binder => new(Resolve);

    public int OrdinalOf(string name, int input = 0) => Ordinals[new ColumnName(input, name)];

    /// <summary>The logical names that consumers use: those asked for, or all, in the order of the columns.</summary>
    public IEnumerable<string> Names(ColumnSet wanted) => wanted.All
        ? Ordinals.Where(o => o.Key.Input == 0).OrderBy(o => o.Value).Select(o => o.Key.Name)
        : wanted.Names(0);

    private BoundColumn Resolve(ColumnExpr column)
    {
        var ordinal = OrdinalOf(column.Name, column.Input);
        return new BoundColumn(ordinal, Node.Schema[ordinal]);
    }

    public static Schema SchemaOf(IEnumerable<(string Name, BoundExpr Value)> columns) =>
        new(columns.Select(c => FieldOf(c.Name, c.Value)));

    public static Field FieldOf(string name, BoundExpr value) => new(name, value.Type, value.Nullable) { Labels = value.Labels };
}

/// <summary>How the logical plan calls a column of an operator's output.</summary>
/// <param name="Input">Side of a join, else 0.</param>
/// <param name="Name">Logical name there.</param>
internal readonly record struct ColumnName(int Input, string Name);
