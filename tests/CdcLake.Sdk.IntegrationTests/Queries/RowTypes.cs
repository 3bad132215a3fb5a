using System.Linq.Expressions;

namespace CdcLake.IntegrationTests.Queries;

#pragma warning disable CA1812 // named by the lambdas of random queries, never made
internal sealed record Row1<T0>(T0 C0);

internal sealed record Row2<T0, T1>(T0 C0, T1 C1);

internal sealed record Row3<T0, T1, T2>(T0 C0, T1 C1, T2 C2);

internal sealed record Row4<T0, T1, T2, T3>(T0 C0, T1 C1, T2 C2, T3 C3);

internal sealed record Row5<T0, T1, T2, T3, T4>(T0 C0, T1 C1, T2 C2, T3 C3, T4 C4);

internal sealed record Row6<T0, T1, T2, T3, T4, T5>(T0 C0, T1 C1, T2 C2, T3 C3, T4 C4, T5 C5);
#pragma warning restore CA1812

/// <summary>Result types of random queries: records with members C0, C1 …, which become columns c0, c1 ….</summary>
internal static class RowTypes
{
    private static readonly Type[] Open = [typeof(Row1<>), typeof(Row2<,>), typeof(Row3<,,>), typeof(Row4<,,,>), typeof(Row5<,,,,>), typeof(Row6<,,,,,>)];

    public static int Most => Open.Length;

    public static Type Of(IEnumerable<SqlType> columns)
    {
        var types = columns.Select(c => c.Nullable).ToArray();
        return Open[types.Length - 1].MakeGenericType(types);
    }

    /// <summary><c>new Row2&lt;…&gt;(a, b)</c>.</summary>
    public static NewExpression New(IReadOnlyList<Term> terms) => Expression.New(Of(terms.Select(t => t.Type)).GetConstructors().Single(), terms.Select(t => t.Lambda));
}
