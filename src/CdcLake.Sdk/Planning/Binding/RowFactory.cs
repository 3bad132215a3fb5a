using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CdcLake.Columnar;
using CdcLake.Expressions;
using CdcLake.Expressions.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>Makes objects of a user's row type from rows of batches. Not thread-safe.</summary>
internal sealed class RowFactory
{
    private readonly ConstructorInvoker _constructor;
    private readonly Part[] _parameters;
    private readonly (Part Part, MethodInvoker Set)[] _properties;
    private readonly object?[] _arguments;

    /// <param name="type">The row type.</param>
    /// <param name="members">Its properties.</param>
    /// <param name="columns">For each of them the column of the batches.</param>
    public RowFactory([DynamicallyAccessedMembers(RowMembers.Kept)] Type type, RowMembers members, IReadOnlyList<int> columns)
    {
        var parts = members.Members.Select((m, i) => new Part(columns[i], m.Type, $"{type.Name}.{m.Property}")).ToList();
        var constructor = type.GetConstructors().OrderByDescending(c => c.GetParameters().Length).FirstOrDefault()
            ?? throw new SchemaMismatchException($"{type.Name} has no public constructor, so that no row can be made. Give it one.");
        _parameters = [.. constructor.GetParameters().Select(p => parts.Find(m => m.IsNamed(p.Name)) ?? throw new SchemaMismatchException(
            $"Parameter {p.Name} of the constructor of {type.Name} has no property of that name, so nothing says which column it gets. Name it like a property."))];
        _constructor = ConstructorInvoker.Create(constructor);
        _properties =
        [
            .. parts.Except(_parameters).Select(p => (p, MethodInvoker.Create(type.GetProperty(p.Property)!.SetMethod!))),
        ];
        _arguments = new object?[_parameters.Length];
    }

    /// <summary>A new object with the values of a row.</summary>
    public object Make(ChangeBatch batch, int row)
    {
        for (var i = 0; i < _arguments.Length; i++)
        {
            _arguments[i] = _parameters[i].ValueOf(batch, row);
        }

        var made = _constructor.Invoke(_arguments.AsSpan());
        foreach (var (part, set) in _properties)
        {
            set.Invoke(made, part.ValueOf(batch, row));
        }

        return made;
    }

    private sealed record Part(int Column, Type Type, string Name)
    {
        private readonly Type? _enum = ClrTypes.Strip(Type) is { IsEnum: true } type ? type : null;
        private readonly Dictionary<string, Enum?> _members = new(StringComparer.Ordinal);

        public string Property => Name[(Name.LastIndexOf('.') + 1)..];

        public bool IsNamed(string? parameter) => string.Equals(Property, parameter, StringComparison.OrdinalIgnoreCase);

        public object? ValueOf(ChangeBatch batch, int row)
        {
            var value = CellValue.Of(batch[Column], row);
            var converted = (object?)null;
            var fits = _enum is not null && value is string label ? (converted = MemberOf(_enum, label)) is not null : CellValue.TryConvert(value, Type, out converted);
            return fits
                ? converted
                : throw new SchemaMismatchException(
                    $"{Name} cannot hold {value ?? "NULL"} of column {batch.Schema[Column].Name} ({batch.Schema[Column].Type}). Give the property a type that does.");
        }

        private Enum? MemberOf(Type type, string label)
        {
            if (!_members.TryGetValue(label, out var member))
            {
                _members[label] = member = EnumLabels.MemberOf(type, label);
            }

            return member;
        }
    }
}
