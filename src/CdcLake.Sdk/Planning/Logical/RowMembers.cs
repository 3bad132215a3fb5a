using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using CdcLake.Expressions;
using CdcLake.Expressions.Translation;

namespace CdcLake.Planning.Logical;

/// <summary>The properties of a user's row type that stand for columns.</summary>
/// <param name="Type">The row type.</param>
/// <param name="Members">Constructor parameters that have a property, then settable properties, in declaration order.</param>
internal sealed record RowMembers(Type Type, IReadOnlyList<RowMember> Members)
{
    /// <summary>What trimming must keep of a row type.</summary>
    public const DynamicallyAccessedMemberTypes Kept = DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.PublicProperties;

    /// <summary>What a lambda over rows sees: their properties, or columns by name where <paramref name="members"/> is null.</summary>
    public static Shape ShapeOf(RowMembers? members) => members is null
        ? new OpenRowShape(0)
        : new RecordShape(members.Type, [.. members.Members.Select(m => new ShapeMember(m.Property, m.ColumnName, new ScalarShape(new ColumnExpr(0, m.Property, m.Type))) { IsKey = m.IsKey })]);

    /// <summary>Reads the properties of a record or class.</summary>
    /// <exception cref="SchemaMismatchException">The type has no property that can stand for a column, one has a type that no column has, or a constructor parameter is left out.</exception>
    public static RowMembers Of([DynamicallyAccessedMembers(Kept)] Type type)
    {
        var parameters = type.GetConstructors()
            .Select(c => c.GetParameters())
            .OrderByDescending(p => p.Length)
            .FirstOrDefault() ?? [];
        var members = new List<RowMember>();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var parameter = parameters.FirstOrDefault(p => string.Equals(p.Name, property.Name, StringComparison.OrdinalIgnoreCase));
            var isStored = parameter is not null || property.SetMethod is { IsPublic: true };
            if (property.GetMethod is { IsPublic: true } && isStored && property.GetIndexParameters().Length == 0)
            {
                var mapping = MemberMapping.Of(property, parameter);
                if (!mapping.IsLeftOut)
                {
                    members.Add(new RowMember(property.Name, mapping.ColumnName, property.PropertyType, mapping.IsKey));
                }
            }
        }

        var odd = members.Where(m => !ClrTypes.IsScalar(m.Type)).Select(m => $"{m.Property} ({ClrTypes.Name(m.Type)})").ToList();
        if (members.Count == 0 || odd.Count > 0)
        {
            throw new SchemaMismatchException(members.Count == 0
                ? $"{type.Name} has no property that stands for a column. Give it constructor parameters or settable properties named like the columns."
                : $"No column can be held by {string.Join(", ", odd)} of {type.Name}. Use numbers, bool, string, byte[], DateTime, DateTimeOffset, DateOnly, TimeSpan or an enum.");
        }

        return new RowMembers(type, members);
    }
}

/// <summary>A property of a row type.</summary>
/// <param name="Property">Its name.</param>
/// <param name="ColumnName">From an attribute, or null for the convention.</param>
/// <param name="Type">Its .NET type.</param>
/// <param name="IsKey">An attribute says that it belongs to the key.</param>
internal sealed record RowMember(string Property, string? ColumnName, Type Type, bool IsKey = false);
