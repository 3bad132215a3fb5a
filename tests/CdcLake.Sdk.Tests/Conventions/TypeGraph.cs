using System.Reflection;
using System.Reflection.Emit;
using System.Text.RegularExpressions;

namespace CdcLake.Tests.Conventions;

/// <summary>
/// Which types of the assembly use which others, read from its metadata and instructions: members, signatures, calls, locals. Constants are copied by the compiler and
/// leave no trace. A type stands for the types nested in it, and lies in the folder of the file that declares it.
/// </summary>
internal sealed partial class TypeGraph
{
    private const BindingFlags Declared = BindingFlags.DeclaredOnly | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance;

    private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(c => c.Value);

    private readonly Dictionary<string, string> _folders = new(StringComparer.Ordinal);

    private TypeGraph(Assembly assembly, IEnumerable<TreeFile> files)
    {
        foreach (var file in files.OrderBy(f => f.Path.Count(c => c == '/')))
        {
            var space = file.Lines.Select(l => NamespaceLine().Match(l)).FirstOrDefault(m => m.Success)?.Groups[1].Value ?? "";
            foreach (Match declaration in Declaration().Matches(file.Text))
            {
                _folders.TryAdd($"{space}.{declaration.Groups[1].Value}", FolderOf(file.Path));
            }
        }

        Types = [.. assembly.GetTypes().Where(t => !t.IsNested && _folders.ContainsKey(NameOf(t)))];
    }

    /// <summary>The library, once.</summary>
    public static TypeGraph Sdk { get; } = new(typeof(Pipeline).Assembly, SourceTree.CSharp("src/CdcLake.Sdk"));

    /// <summary>Types that a file of the sources declares, without nested ones.</summary>
    public IReadOnlyList<Type> Types { get; }

    /// <summary>Folder below src/CdcLake.Sdk, such as <c>MySql/Binlog</c>; empty for its root.</summary>
    public string FolderOf(Type type) => _folders[NameOf(Outermost(type))];

    /// <summary>Namespace and name without the number of type parameters.</summary>
    public static string NameOf(Type type) => $"{type.Namespace}.{type.Name.Split('`')[0]}";

    /// <summary>Other types of the assembly that a type uses.</summary>
    public IReadOnlyCollection<Type> UsesOf(Type type)
    {
        var found = new HashSet<Type>();
        Collect(type, found);
        found.Remove(type);
        return found;
    }

    private static string FolderOf(string path)
    {
        var inside = path["src/CdcLake.Sdk/".Length..];
        return inside.Contains('/', StringComparison.Ordinal) ? inside[..inside.LastIndexOf('/')] : "";
    }

    private void Collect(Type type, HashSet<Type> found)
    {
        Add(type.BaseType, found);
        foreach (var contract in type.GetInterfaces())
        {
            Add(contract, found);
        }

        foreach (var field in type.GetFields(Declared))
        {
            Add(field.FieldType, found);
        }

        foreach (var method in type.GetMethods(Declared).Concat<MethodBase>(type.GetConstructors(Declared)))
        {
            Collect(method, found);
        }

        foreach (var nested in type.GetNestedTypes(Declared))
        {
            Collect(nested, found);
        }
    }

    private void Collect(MethodBase method, HashSet<Type> found)
    {
        foreach (var parameter in method.GetParameters())
        {
            Add(parameter.ParameterType, found);
        }

        Add((method as MethodInfo)?.ReturnType, found);
        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        foreach (var local in body.LocalVariables)
        {
            Add(local.LocalType, found);
        }

        foreach (var clause in body.ExceptionHandlingClauses.Where(c => c.Flags == ExceptionHandlingClauseOptions.Clause))
        {
            Add(clause.CatchType, found);
        }

        foreach (var token in Tokens(body.GetILAsByteArray()!))
        {
            var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
            var member = method.Module.ResolveMember(token, typeArguments, method.IsGenericMethod ? method.GetGenericArguments() : null);
            Add(member as Type ?? member?.DeclaringType, found);
            foreach (var argument in member is MethodInfo { IsGenericMethod: true } call ? call.GetGenericArguments() : [])
            {
                Add(argument, found);
            }
        }
    }

    private void Add(Type? type, HashSet<Type> found)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }

        if (type.HasElementType)
        {
            Add(type.GetElementType(), found);
            return;
        }

        foreach (var argument in type.IsGenericType ? type.GetGenericArguments() : [])
        {
            Add(argument, found);
        }

        var bare = Outermost(type.IsGenericType ? type.GetGenericTypeDefinition() : type);
        if (_folders.ContainsKey(NameOf(bare)) && bare.Assembly == typeof(Pipeline).Assembly)
        {
            found.Add(bare);
        }
    }

    private static Type Outermost(Type type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type;
    }

    /// <summary>The metadata tokens among the operands of a method's instructions.</summary>
    private static IEnumerable<int> Tokens(byte[] code)
    {
        for (var at = 0; at < code.Length;)
        {
            var value = code[at] == 0xFE ? unchecked((short)(0xFE00 | code[at + 1])) : code[at];
            var opCode = OpCodesByValue[value];
            at += opCode.Size;
            switch (opCode.OperandType)
            {
                case OperandType.InlineNone:
                    break;
                case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                    at += 1;
                    break;
                case OperandType.InlineVar:
                    at += 2;
                    break;
                case OperandType.InlineI8 or OperandType.InlineR:
                    at += 8;
                    break;
                case OperandType.InlineSwitch:
                    at += 4 + (4 * BitConverter.ToInt32(code, at));
                    break;
                case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok:
                    yield return BitConverter.ToInt32(code, at);
                    at += 4;
                    break;
                default:
                    at += 4;
                    break;
            }
        }
    }

    [GeneratedRegex(@"^namespace ([\w.]+);")]
    private static partial Regex NamespaceLine();

    [GeneratedRegex(@"^(?:public|internal|file)\s+(?:(?:static|sealed|abstract|readonly|ref|partial|unsafe|record)\s+)*(?:class|struct|interface|enum|record|delegate \S+)\s+(\w+)", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
