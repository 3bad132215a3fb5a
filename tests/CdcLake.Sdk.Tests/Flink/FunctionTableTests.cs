using System.Reflection;
using CdcLake.Expressions;
using CdcLake.Expressions.Functions;
using CdcLake.Flink.Sql;

namespace CdcLake.Tests.Flink;

/// <summary>Every function of the table of scalar functions is either translated or refused by name: one that is added later fails here until it is one of both.</summary>
public sealed class FunctionTableTests
{
    private static readonly Type[] Tables = [typeof(TextFunctions), typeof(DateFunctions), typeof(MathFunctions), typeof(JsonFunctions), typeof(SetFunctions), typeof(GuidFunctions)];

    // What functions are made with that are made.
    private static readonly object[] Made =
        ["a", System.Text.RegularExpressions.RegexOptions.None, TimeZoneInfo.Utc, DateFormat.Parse("yyyy")!, 1L, 2, true, new long[] { 1 }, new[] { "a" }];

    private static readonly string[] Spans = ["Days", "Hours", "Minutes", "Seconds", "Milliseconds", "TotalDays", "TotalHours", "TotalMinutes", "TotalSeconds", "TotalMilliseconds"];
    private static readonly string[] Units = ["AddDays", "AddHours", "AddMinutes", "AddSeconds", "AddMilliseconds"];

    [Fact]
    public void Every_function_is_translated_or_refused_by_name()
    {
        var kinds = Kinds().ToHashSet();
        Assert.True(kinds.Count > 40, string.Join(", ", kinds));
        Assert.DoesNotContain(kinds, k => FunctionTable.Translated.ContainsKey(k) == FunctionTable.Refused.ContainsKey(k));
        Assert.Empty(FunctionTable.Translated.Keys.Concat(FunctionTable.Refused.Keys).Except(kinds)); // nothing stands there for nothing
    }

    [Fact]
    public void Refusals_say_what_to_do() => Assert.All(FunctionTable.Refused.Values, r => Assert.Contains(". ", r));

    private static IEnumerable<string> Kinds()
    {
        foreach (var table in Tables)
        {
            foreach (var field in table.GetFields(BindingFlags.Static | BindingFlags.Public).Where(f => f.FieldType == typeof(ScalarFunction)))
            {
                yield return ((ScalarFunction)field.GetValue(null)!).Kind;
            }

            foreach (var method in table.GetMethods(BindingFlags.Static | BindingFlags.Public).Where(m => m.ReturnType == typeof(ScalarFunction) && m.Name != nameof(MathFunctions.Find)))
            {
                foreach (var function in MadeBy(method))
                {
                    yield return function.Kind;
                }
            }
        }
    }

    private static IEnumerable<ScalarFunction> MadeBy(MethodInfo method)
    {
        string[] names = method.Name switch
        {
            nameof(DateFunctions.SpanPart) => Spans,
            nameof(DateFunctions.AddUnits) => Units,
            nameof(JsonFunctions.Value) => ["$.a"],
            _ => ["a"],
        };
        foreach (var name in names)
        {
            var arguments = method.GetParameters().Select((p, i) => i == 0 && p.ParameterType == typeof(string) ? name : Array.Find(Made, m => p.ParameterType.IsInstanceOfType(m))).ToArray();
            yield return (ScalarFunction)method.Invoke(null, arguments)!;
        }
    }
}
