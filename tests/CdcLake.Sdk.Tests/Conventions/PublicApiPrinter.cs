using System.Globalization;
using System.Reflection;
using System.Text;

namespace CdcLake.Tests.Conventions;

/// <summary>Prints what users of an assembly can see, one line per type and member, ordered by text so that a diff shows exactly what changed.</summary>
internal static class PublicApiPrinter
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    // What the compiler adds to records says nothing.
    private static readonly HashSet<string> RecordNoise = new(StringComparer.Ordinal)
    {
        "GetHashCode", "ToString", "PrintMembers", "<Clone>$", "op_Equality", "op_Inequality", "EqualityContract", "Deconstruct",
    };

    public static string Print(IEnumerable<Type> types)
    {
        var text = new StringBuilder();
        foreach (var type in types.Where(t => t.IsVisible).OrderBy(TypeNames.Full, StringComparer.Ordinal))
        {
            text.Append(Header(type)).Append('\n');
            foreach (var member in Members(type).Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Header(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : (type.IsAbstract && type.IsSealed ? "static " : type.IsAbstract ? "abstract " : type.IsSealed ? "sealed " : "") + (IsRecord(type) ? "record" : "class");
        var bases = new List<string>();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum))
        {
            bases.Add(TypeNames.Of(parent));
        }

        var inherited = type.BaseType?.GetInterfaces() ?? [];
        bases.AddRange(type.IsEnum || IsRecord(type) ? [] : type.GetInterfaces().Where(i => i.IsVisible).Except(inherited).Select(TypeNames.Of).Order(StringComparer.Ordinal));
        return $"{Experimental(type)}public {kind} {TypeNames.Full(type)}{(bases.Count > 0 ? " : " + string.Join(", ", bases) : "")}{TypeNames.Constraints(type)}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            foreach (var field in type.GetFields(BindingFlags.Public | BindingFlags.Static))
            {
                yield return $"{field.Name} = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}";
            }

            yield break;
        }

        foreach (var member in type.GetMembers(Declared))
        {
            var line = member switch
            {
                ConstructorInfo c when IsSeen(c) => $"{Access(c)} .ctor({Parameters(c)})",
                MethodInfo m when IsSeen(m) && !m.IsSpecialName && !IsNoise(type, m) =>
                    $"{Access(m)}{Modifiers(m)} {TypeNames.Of(m.ReturnParameter)} {m.Name}{TypeNames.Arguments(m)}({Parameters(m)}){TypeNames.Constraints(m)}",
                MethodInfo m when IsSeen(m) && m.Name.StartsWith("op_", StringComparison.Ordinal) && !IsNoise(type, m) =>
                    $"{Access(m)} static {TypeNames.Of(m.ReturnParameter)} {m.Name}({Parameters(m)})",
                PropertyInfo p when Property(p) is { } property && !IsNoise(type, p) => property,
                FieldInfo f when f.IsPublic || f.IsFamily || f.IsFamilyOrAssembly =>
                    $"{(f.IsPublic ? "public" : "protected")}{(f.IsLiteral ? " const" : f.IsStatic ? " static" : "")}{(f.IsInitOnly ? " readonly" : "")} {TypeNames.Of(f)} {f.Name}",
                EventInfo e when e.AddMethod is { } add && IsSeen(add) => $"{Access(add)} event {TypeNames.Of(e.EventHandlerType!)} {e.Name}",
                _ => null,
            };
            if (line is not null)
            {
                yield return Experimental(member) + line;
            }
        }
    }

    private static string? Property(PropertyInfo property)
    {
        var get = property.GetMethod is { } g && IsSeen(g) ? " get;" : "";
        var set = property.SetMethod is { } s && IsSeen(s)
            ? s.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit") ? " init;" : " set;"
            : "";
        if (get.Length + set.Length == 0)
        {
            return null;
        }

        var seen = get.Length > 0 ? property.GetMethod! : property.SetMethod!;
        var index = property.GetIndexParameters();
        var name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(TypeNames.Of))}]";
        return $"{Access(seen)}{Modifiers(seen)} {TypeNames.Of(property)} {name} {{{get}{set} }}";
    }

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(p => $"{TypeNames.Of(p)} {p.Name}{(p.HasDefaultValue ? " = " + Value(p.DefaultValue) : "")}"));

    private static string Value(object? value) =>
        value switch { null => "default", string s => $"\"{s}\"", bool b => b ? "true" : "false", _ => Convert.ToString(value, CultureInfo.InvariantCulture)! };

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Access(MethodBase method) => method.IsPublic ? "public" : "protected";

    private static string Modifiers(MethodInfo method) =>
        method.IsStatic ? " static"
        : method.DeclaringType!.IsInterface ? ""
        : method.IsAbstract ? " abstract"
        : method.IsVirtual && !method.IsFinal ? method.GetBaseDefinition() == method ? " virtual" : " override" : "";

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$", Declared) is not null;

    private static bool IsNoise(Type type, MemberInfo member) =>
        RecordNoise.Contains(member.Name) || (member.Name == "Equals" && (IsRecord(type) || type.IsValueType));

    private static string Experimental(MemberInfo member) =>
        member.GetCustomAttributesData().FirstOrDefault(a => a.AttributeType.Name == "ExperimentalAttribute") is { } a ? $"[{a.ConstructorArguments[0].Value}] " : "";
}
