using System.Reflection;
using System.Runtime.CompilerServices;

namespace CdcLake.Tests.Conventions;

/// <summary>A class that grows behind several file names is still one class: its fields are counted, all parts together.</summary>
public sealed class TypeSizeTests
{
    private const int Limit = 15;

    /// <summary>Full names of types that are still larger; the list may only shrink.</summary>
    private static readonly string[] Known =
    [
    ];

    [Fact]
    public void No_type_has_more_than_fifteen_fields() => Rule.Holds(
        typeof(Pipeline).Assembly.GetTypes().Where(t => !Known.Contains(t.FullName)).SelectMany(Violations), "Find the concepts in it and give each a class and a test of its own.");

    [Fact]
    public void Known_types_are_still_larger() => Rule.Holds(
        Known.Where(name => typeof(Pipeline).Assembly.GetType(name) is not { } type || !Violations(type).Any()), "It is small now: take it off the list of known ones in this file.");

    [Fact]
    public void Rule_objects_to_sixteen_fields() => Rule.Objects(Violations(typeof(Sixteen)), "16 fields");

    [Fact]
    public void Rule_counts_no_constants_and_no_plain_data() => Assert.Empty(Violations(typeof(PlainData)));

    // Records and options are data, whose properties are read one by one; closures and state machines belong to their method.
    private static IEnumerable<string> Violations(Type type)
    {
        var isData = type.GetMethod("<Clone>$") is not null || type.IsEnum || IsOnlyProperties(type);
        var fields = type.GetFields(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(f => !f.IsLiteral && !(f.IsStatic && f.IsInitOnly)).ToList();
        if (!isData && !type.IsDefined(typeof(CompilerGeneratedAttribute)) && fields.Count > Limit)
        {
            yield return $"{type.FullName}: {fields.Count} fields, limit {Limit}";
        }
    }

    private static bool IsOnlyProperties(Type type) =>
        type.GetFields(BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).All(f => f.IsDefined(typeof(CompilerGeneratedAttribute)));

#pragma warning disable CS0649, CS0169, CA1823, IDE0044, IDE0051, CA1812, S1144 // only counted
    private sealed class Sixteen
    {
        private int _a, _b, _c, _d, _e, _f, _g, _h, _i, _j, _k, _l, _m, _n, _o, _p;
    }
#pragma warning restore

    private sealed record PlainData(int A, int B, int C, int D, int E, int F, int G, int H, int I, int J, int K, int L, int M, int N, int O, int P);
}
