using System.ComponentModel.DataAnnotations;
using System.ComponentModel.DataAnnotations.Schema;
using System.Reflection;

namespace CdcLake.Expressions.Translation;

/// <summary>What attributes say about a property of a row: ours, and those of <c>System.ComponentModel.DataAnnotations</c> that classes written for Entity Framework carry already.</summary>
/// <param name="ColumnName">From <see cref="ColumnNameAttribute"/> or <see cref="ColumnAttribute"/>; null for the convention.</param>
/// <param name="IsKey">From <see cref="KeyAttribute"/>: it belongs to what identifies a row.</param>
/// <param name="IsLeftOut">From <see cref="NotMappedAttribute"/>: no column stands behind it.</param>
internal readonly record struct MemberMapping(string? ColumnName, bool IsKey, bool IsLeftOut)
{
    /// <param name="property">The property or field; null where a constructor parameter has none.</param>
    /// <param name="parameter">The constructor parameter that sets it; null where none does.</param>
    /// <exception cref="SchemaMismatchException">The constructor needs a value that no column gives.</exception>
    public static MemberMapping Of(MemberInfo? property, ParameterInfo? parameter = null)
    {
        var name = property?.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? parameter?.GetCustomAttribute<ColumnNameAttribute>()?.Name ?? property?.GetCustomAttribute<ColumnAttribute>()?.Name;
        var isLeftOut = property?.IsDefined(typeof(NotMappedAttribute)) == true;
        return isLeftOut && parameter is not null
            ? throw new SchemaMismatchException(
                $"{property!.Name} of {property.DeclaringType?.Name} is [NotMapped], but the constructor needs a value for it. Make it a settable property that is no parameter, or take the attribute away.")
            : new MemberMapping(name, property?.IsDefined(typeof(KeyAttribute)) == true, isLeftOut);
    }
}
