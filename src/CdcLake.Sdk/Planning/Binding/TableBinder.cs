using CdcLake.Common;
using CdcLake.Connectors;
using CdcLake.Expressions;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>Finds the columns that lambdas and row types name in the real table, and checks that their .NET types hold them.</summary>
internal sealed class TableBinder
{
    private readonly SourceTable _table;
    private readonly bool _makesObjects;
    private readonly List<string> _problems = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);

    /// <param name="table">The table.</param>
    /// <param name="makesObjects">What is bound is read as objects, and each value checked as it becomes one; otherwise the columns alone must do.</param>
    public TableBinder(SourceTable table, bool makesObjects = false)
    {
        _table = table;
        _makesObjects = makesObjects;
        for (var i = 0; i < table.Schema.Count; i++)
        {
            _byName.TryAdd(NearestNames.Normalize(table.Schema[i].Name), i);
        }
    }

    /// <summary>The ordinal of everything that is read, under the name the plan uses for it.</summary>
    /// <param name="members">Properties of the row type; null for an untyped table.</param>
    /// <param name="read">What consumers read of it.</param>
    /// <exception cref="SchemaMismatchException">Lists every disagreement at once.</exception>
    /// <exception cref="UnsupportedTypeException">A column that is read cannot be captured.</exception>
    public Dictionary<string, int> Bind(RowMembers? members, ColumnSet read)
    {
        var ordinals = members is null ? BindOpen(read) : BindMembers(members, read);
        if (_problems.Count > 0)
        {
            var type = members is null ? "" : $" and {members.Type.Name}";
            throw new SchemaMismatchException(
                $"Table {_table.Name}{type} do not agree:{Environment.NewLine}{string.Join(Environment.NewLine, _problems.Select(p => "  " + p))}");
        }

        foreach (var ordinal in ordinals.Values)
        {
            if (_table.Unsupported.TryGetValue(ordinal, out var reason))
            {
                throw new UnsupportedTypeException(
                    $"Column {_table.Name}.{_table.Schema[ordinal].Name} ({_table.NativeTypes[ordinal]}) is read by the pipeline but cannot be captured: {reason}. "
                    + "Leave it out with Select, or with a row type that has no property for it.");
            }
        }

        return ordinals;
    }

    private Dictionary<string, int> BindMembers(RowMembers members, ColumnSet read)
    {
        var all = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var member in members.Members)
        {
            var ordinal = Find(member.ColumnName ?? member.Property, exact: member.ColumnName is not null);
            if (ordinal < 0)
            {
                var wanted = member.ColumnName ?? member.Property;
                _problems.Add(
                    $"{members.Type.Name}.{member.Property}: the table has no column for \"{wanted}\". {NearestNames.Suggest(wanted, _table.Schema.Fields.Select(f => f.Name))} "
                    + "Rename the property, or name its column with [ColumnName(\"…\")].");
                continue;
            }

            all[member.Property] = ordinal;
            Check($"{members.Type.Name}.{member.Property}", member.Type, ordinal);
        }

        return all.Where(m => read.Contains(m.Key)).ToDictionary(StringComparer.Ordinal);
    }

    private Dictionary<string, int> BindOpen(ColumnSet read)
    {
        var ordinals = new Dictionary<string, int>(StringComparer.Ordinal);
        if (read.All)
        {
            for (var i = 0; i < _table.Schema.Count; i++)
            {
                ordinals[_table.Schema[i].Name] = i;
            }
        }

        foreach (var column in read.Columns)
        {
            var ordinal = Find(column.Name, exact: true);
            if (ordinal < 0)
            {
                _problems.Add(
                    $"Get<{ClrTypes.Name(column.Type)}>(\"{column.Name}\"): the table has no such column. {NearestNames.Suggest(column.Name, _table.Schema.Fields.Select(f => f.Name))}");
                continue;
            }

            ordinals[column.Name] = ordinal;
            Check($"Get<{ClrTypes.Name(column.Type)}>(\"{column.Name}\")", column.Type, ordinal);
        }

        return ordinals;
    }

    private int Find(string name, bool exact)
    {
        for (var i = 0; i < _table.Schema.Count; i++)
        {
            if (string.Equals(_table.Schema[i].Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return !exact && _byName.TryGetValue(NearestNames.Normalize(name), out var ordinal) ? ordinal : -1;
    }

    private void Check(string reader, Type type, int ordinal)
    {
        if (_table.Unsupported.ContainsKey(ordinal))
        {
            return; // an error of its own, if anybody reads it
        }

        var field = _table.Schema[ordinal];
        if (PropertyTypes.Problem(type, field, _table.NativeTypes[ordinal], _makesObjects) is { } problem)
        {
            _problems.Add($"{reader} ({ClrTypes.Name(type)}) reads column {field.Name} ({_table.NativeTypes[ordinal]}{(field.Nullable ? "" : " not null")}): {problem}.");
        }
    }
}
