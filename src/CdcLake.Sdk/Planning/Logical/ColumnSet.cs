using CdcLake.Expressions;

namespace CdcLake.Planning.Logical;

/// <summary>The output columns of an operator that its consumers read.</summary>
internal sealed class ColumnSet
{
    private readonly HashSet<ColumnExpr> _columns = [];

    /// <summary>Everything an untyped table has.</summary>
    public bool All { get; set; }

    /// <summary>In the order they were asked for.</summary>
    public IEnumerable<ColumnExpr> Columns => _columns;

    /// <summary>Names of the columns of one input, each once.</summary>
    public IEnumerable<string> Names(int input) => _columns.Where(c => c.Input == input).Select(c => c.Name).Distinct(StringComparer.Ordinal);

    public bool Contains(string name) => _columns.Any(c => c.Name == name);

    public void Add(ColumnExpr column) => _columns.Add(column);

    /// <summary>Adds what another set asks for: an operator that hands on the columns of its input needs what its consumers need.</summary>
    public void AddAll(ColumnSet other)
    {
        All |= other.All;
        _columns.UnionWith(other._columns);
    }

    /// <summary>Adds every column an expression reads.</summary>
    public void AddColumnsOf(Expr? expression)
    {
        switch (expression)
        {
            case ColumnExpr column:
                _columns.Add(column);
                break;
            case CallExpr call:
                foreach (var argument in call.Arguments)
                {
                    AddColumnsOf(argument);
                }

                break;
        }
    }
}
