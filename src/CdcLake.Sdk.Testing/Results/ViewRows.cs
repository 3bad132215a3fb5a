using System.Reflection;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Expressions;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Testing.Results;

/// <summary>The rows of a view as the values of its row type's properties, read from the view or made of a result's batches.</summary>
internal sealed class ViewRows
{
    private readonly PropertyInfo[] _properties;
    private readonly RowFactory _factory;

    /// <param name="view">The application's.</param>
    /// <param name="schema">Columns of the result.</param>
    public ViewRows(IView view, Schema schema)
    {
        var type = view.GetType().GetGenericArguments()[1];
        var members = RowMembers.Of(type);
        var read = new ColumnSet();
        foreach (var member in members.Members)
        {
            read.Add(new ColumnExpr(0, member.Property, member.Type));
        }

        var table = new SourceTable(view.Name, schema, [.. schema.Fields.Select(f => f.Type.ToString())], [], new Dictionary<int, string>());
        var ordinals = new TableBinder(table, makesObjects: true).Bind(members, read);
        _factory = new RowFactory(type, members, [.. members.Members.Select(m => ordinals[m.Property])]);
        _properties = [.. members.Members.Select(m => type.GetProperty(m.Property)!)];
    }

    /// <summary>Names of the values.</summary>
    public IReadOnlyList<string> Columns => [.. _properties.Select(p => p.Name)];

    /// <summary>The values of a row of the result.</summary>
    public object?[] CellsOf(ChangeBatch batch, int row)
    {
        var made = _factory.Make(batch, row);
        return Array.ConvertAll(_properties, p => p.GetValue(made));
    }
}
