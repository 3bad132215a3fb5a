using System.Collections.ObjectModel;
using System.Linq.Expressions;
using System.Reflection;

namespace CdcLake.Expressions.Translation;

/// <summary>
/// Reads literals, captured variables, constants and fields of captured objects by reflection, and calls constructors and pure static functions of the scalar types
/// (<c>new DateTime(2024, 1, 1)</c>, <c>TimeSpan.FromHours(1)</c>). The value is read once, when the operator is called.
/// </summary>
internal static class ConstantEvaluator
{
    /// <summary>False when the expression depends on a row, or on something that is not read when the operator is called.</summary>
    public static bool TryEvaluate(Expression expression, out object? value)
    {
        value = null;
        switch (expression)
        {
            case ConstantExpression constant:
                value = constant.Value;
                return true;
            case MemberExpression member:
                return TryMember(member, out value);
            case NewExpression { Constructor: { } constructor } created when ClrTypes.IsScalar(created.Type) && TryAll(created.Arguments, out var arguments):
                value = constructor.Invoke(arguments);
                return true;
            case NewExpression { Arguments.Count: 0 } created when ClrTypes.IsScalar(created.Type) && created.Type.IsValueType:
                return TryDefault(created.Type, out value);
            case DefaultExpression def:
                return TryDefault(def.Type, out value);
            case MethodCallExpression { Object: null } call when ClrTypes.IsScalar(call.Method.DeclaringType!) && TryAll(call.Arguments, out var arguments):
                value = call.Method.Invoke(null, arguments);
                return true;
            case MethodCallExpression { Object: { } target } call when ClrTypes.IsScalar(target.Type) && call.Method.DeclaringType != typeof(object)
                && TryEvaluate(target, out var instance) && instance is not null && TryAll(call.Arguments, out var arguments):
                value = call.Method.Invoke(instance, arguments);
                return true;
            case UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } convert
                when ClrTypes.Strip(convert.Type) == ClrTypes.Strip(convert.Operand.Type) || convert.Type == typeof(object):
                return TryEvaluate(convert.Operand, out value);
            default:
                return false;
        }
    }

    private static bool TryMember(MemberExpression member, out object? value)
    {
        value = null;
        object? target = null;
        if (member.Expression is not null && (!TryEvaluate(member.Expression, out target) || target is null))
        {
            return false;
        }

        switch (member.Member)
        {
            case FieldInfo field:
                value = field.GetValue(target);
                return true;
            case PropertyInfo property when target is not null && Nullable.GetUnderlyingType(member.Expression!.Type) is null:
                value = property.GetValue(target);
                return true;
            default:
                return false;
        }
    }

    private static bool TryAll(ReadOnlyCollection<Expression> expressions, out object?[] values)
    {
        values = new object?[expressions.Count];
        for (var i = 0; i < values.Length; i++)
        {
            if (!TryEvaluate(expressions[i], out values[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryDefault(Type type, out object? value)
    {
        value = null;
        if (ClrTypes.AllowsNull(type))
        {
            return true;
        }

        if (type.IsEnum)
        {
            value = Enum.ToObject(type, 0);
        }
        else if (type == typeof(DateTimeOffset))
        {
            value = default(DateTimeOffset);
        }
        else if (type == typeof(DateOnly))
        {
            value = default(DateOnly);
        }
        else if (type == typeof(TimeSpan))
        {
            value = default(TimeSpan);
        }
        else if (type == typeof(Guid))
        {
            value = Guid.Empty;
        }
        else if (ClrTypes.IsScalar(type))
        {
            value = type == typeof(DateTime) ? default(DateTime) : Convert.ChangeType(0, type, System.Globalization.CultureInfo.InvariantCulture);
        }

        return value is not null;
    }
}
