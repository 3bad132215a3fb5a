using System.Reflection;

namespace CdcLake.Tests.Conventions;

/// <summary>Types as C# spells them, with nullable annotations.</summary>
internal static class TypeNames
{
    private static readonly NullabilityInfoContext Nullability = new();

    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void", [typeof(object)] = "object", [typeof(string)] = "string", [typeof(bool)] = "bool", [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte", [typeof(short)] = "short", [typeof(ushort)] = "ushort", [typeof(int)] = "int", [typeof(uint)] = "uint",
        [typeof(long)] = "long", [typeof(ulong)] = "ulong", [typeof(float)] = "float", [typeof(double)] = "double", [typeof(decimal)] = "decimal",
        [typeof(char)] = "char",
    };

    public static string Full(Type type) =>
        type.IsNested ? Full(type.DeclaringType!) + "." + Bare(type) : (type.Namespace is { } n ? n + "." : "") + Bare(type);

    public static string Of(Type type) => Name(type, null);

    public static string Of(PropertyInfo property) => Name(property.PropertyType, Of(() => Nullability.Create(property)));

    public static string Of(FieldInfo field) => Name(field.FieldType, Of(() => Nullability.Create(field)));

    public static string Of(ParameterInfo parameter) =>
        (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")
        + (!parameter.ParameterType.IsByRef ? "" : parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ")
        + Name(parameter.ParameterType, Of(() => Nullability.Create(parameter)));

    public static string Arguments(MethodInfo method) =>
        method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    public static string Constraints(MethodInfo method) => method.IsGenericMethodDefinition ? Constraints(method.GetGenericArguments()) : "";

    public static string Constraints(Type type) => type.IsGenericTypeDefinition ? Constraints(type.GetGenericArguments()) : "";

    private static string Constraints(Type[] arguments) =>
        string.Concat(
            from argument in arguments
            let attributes = argument.GenericParameterAttributes
            let parts = new[]
            {
                (attributes & GenericParameterAttributes.ReferenceTypeConstraint) != 0 ? "class" : null,
                (attributes & GenericParameterAttributes.NotNullableValueTypeConstraint) != 0 ? "struct" : null,
            }.Concat(argument.GetGenericParameterConstraints().Where(c => c != typeof(ValueType)).Select(Of))
            let text = string.Join(", ", parts.Where(p => p is not null))
            where text.Length > 0
            select $" where {argument.Name} : {text}");

    private static string Bare(Type type)
    {
        var tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? type.Name : $"{type.Name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(a => a.Name))}>";
    }

    private static string Name(Type type, NullabilityInfo? nullability)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!, nullability);
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return Name(value, null) + "?";
        }

        var question = !type.IsGenericParameter && nullability?.ReadState == NullabilityState.Nullable ? "?" : "";
        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!, nullability?.ElementType)}[]{question}";
        }

        if (Keywords.TryGetValue(type, out var keyword))
        {
            return keyword + question;
        }

        if (!type.IsGenericType)
        {
            return type.Name + question;
        }

        var inner = nullability?.GenericTypeArguments ?? [];
        var arguments = type.GetGenericArguments().Select((a, i) => Name(a, i < inner.Length ? inner[i] : null));
        return $"{type.Name.Split('`')[0]}<{string.Join(", ", arguments)}>{question}";
    }

    // The context is shared and not thread-safe.
    private static NullabilityInfo Of(Func<NullabilityInfo> create)
    {
        lock (Nullability)
        {
            return create();
        }
    }
}
