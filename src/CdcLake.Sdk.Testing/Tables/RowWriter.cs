using System.Reflection;
using CdcLake.Common;
using CdcLake.Expressions;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Testing.Tables;

/// <summary>Takes rows of an application apart, by the mapping of properties to columns that pipelines have. Thread-safe.</summary>
/// <typeparam name="T">A row type, or a dictionary from column names to values.</typeparam>
internal sealed class RowWriter<T>
{
    private readonly MemoryTable _table;
    private readonly IReadOnlyList<(PropertyInfo Property, int Ordinal)> _members = [];

    /// <exception cref="TableRowException">The type and the table do not agree.</exception>
    public RowWriter(MemoryTable table)
    {
        _table = table;
        if (!IsDictionary)
        {
            _members = [.. Bind(table).Select(m => (typeof(T).GetProperty(m.Key)!, m.Value))];
        }
    }

    private static bool IsDictionary => typeof(T).IsAssignableTo(typeof(IReadOnlyDictionary<string, object?>));

    /// <summary>Values by ordinal; columns for which there is neither a property nor an entry are left out.</summary>
    /// <exception cref="TableRowException">An entry names no column.</exception>
    public IReadOnlyDictionary<int, object?> Values(T row)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row is IReadOnlyDictionary<string, object?> entries
            ? entries.ToDictionary(e => OrdinalOf(e.Key), e => e.Value)
            : _members.ToDictionary(m => m.Ordinal, m => m.Property.GetValue(row));
    }

    private static Dictionary<string, int> Bind(MemoryTable table)
    {
        try
        {
            var members = RowMembers.Of(typeof(T));
            var all = new ColumnSet();
            foreach (var member in members.Members)
            {
                all.Add(new ColumnExpr(0, member.Property, member.Type));
            }

            return new TableBinder(table.Description, makesObjects: true).Bind(members, all);
        }
        catch (SchemaMismatchException error)
        {
            throw new TableRowException(
                TableRowError.UnknownColumn,
                $"{error.Message}{Environment.NewLine}The table's columns come from {table.Origin}; o.CreateTable(\"CREATE TABLE {table.Name} (…)\") declares them as they are in MySQL.",
                error);
        }
    }

    private int OrdinalOf(string name)
    {
        var fields = _table.Description.Schema.Fields;
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        throw new TableRowException(TableRowError.UnknownColumn, $"Table {_table.Name} has no column \"{name}\". {NearestNames.Suggest(name, fields.Select(f => f.Name))}");
    }
}
