using System.Linq.Expressions;
using System.Reflection;

namespace CdcLake.IntegrationTests.Queries;

/// <content>Groups with every aggregate, and expressions over them.</content>
internal sealed partial class RandomRelations
{
    private const string Bytes = "COLLATE utf8mb4_0900_bin";

    private Relation Aggregate(Relation input)
    {
        var row = Expression.Parameter(input.Row, "r");
        var columns = input.Terms(row, "t");
        var keys = Enumerable.Range(0, random.Next(4) == 0 ? 0 : 1 + random.Next(2)).Select(_ => _terms.Any(columns, 1)).ToList();
        var key = keys.Count == 0 ? null : RowTypes.New(keys);
        var group = Expression.Parameter(key is null ? typeof(Group<>).MakeGenericType(input.Row) : typeof(Group<,>).MakeGenericType(key.Type, input.Row), "g");
        var shown = keys.Select((k, i) => Term.Of(Expression.Property(Expression.Property(group, "Key"), $"C{i}"), $"t.k{i}", k.Type.Grouped())).ToList();
        var calls = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => Call(group, row, columns, input)).ToList();
        var results = shown.Concat(calls.Select(c => random.Next(3) == 0 ? _terms.Any([c, .. calls, .. shown], 2) : c)).ToList();
        if (results.TrueForAll(r => r.Type.Kind == SqlKind.Double))
        {
            results.Add(Counted(group));
        }

        var from = keys.Count == 0
            ? input.As("t")
            : $"(SELECT t.*, {string.Join(", ", keys.Select((k, i) => $"{k.Sql} AS k{i}"))} FROM {input.As("t")}) t GROUP BY {string.Join(", ", shown.Select(s => s.Sql))}";
        return Relation.Of(
            result => input.Stream.Aggregate(group.Type, key is null ? null : Lambda(key, row), result), [group], results, from, keys.Count == 0 ? 1 : input.Rows, input);
    }

    private static Term Counted(Expression group) => Term.Of(Expression.Call(group, Method(group, "Count", null)), "COUNT(*)", SqlType.Integer(typeof(long), 1e5));

    private Term Call(Expression group, ParameterExpression row, IReadOnlyList<Term> columns, Relation input)
    {
        var argument = _terms.Any(columns, 1);
        Term Over(string name, string sql, SqlType type) => Term.Of(Expression.Call(group, Method(group, name, argument.Lambda.Type), Expression.Lambda(argument.Lambda, row)), sql, type);
        switch (random.Next(10))
        {
            case 0:
                return Counted(group);
            case 8 or 9 when argument.Type is { Kind: SqlKind.Integer } or { Kind: SqlKind.Decimal, Digits: <= 20, Scale: <= 8 }:
                return Percentile(group, row, argument);
            case 1:
                var condition = _terms.Condition(columns, 1);
                var count = Method(group, "Count", typeof(bool));
                return Term.Of(Expression.Call(group, count, Expression.Lambda(condition.Lambda, row)), $"COUNT(IF({condition.Sql}, 1, NULL))", SqlType.Integer(typeof(long), 1e5));
            case 2:
                return Over("Count", $"COUNT({argument.Sql})", SqlType.Integer(typeof(long), 1e5));
            case 3:
                return Over("CountDistinct", $"COUNT(DISTINCT {argument.Sql})", SqlType.Integer(typeof(long), 1e5));
            case 4 or 5 when argument.Type.CanAddUp(input.Rows):
                return random.Next(2) == 0 ? Over("Sum", $"SUM({argument.Sql})", SumOf(argument.Type, input.Rows)) : Over("Average", $"AVG({argument.Sql})", MeanOf(argument.Type));
            case 6 when argument.Type is { Kind: SqlKind.Text, IsSpelled: true }:
                return Concatenation(group, row, argument, columns);
        }

        var isMax = random.Next(2) == 0;
        return argument.Type.Kind == SqlKind.Enum
            ? Over("Count", $"COUNT({argument.Sql})", SqlType.Integer(typeof(long), 1e5))
            : Over(isMax ? "Max" : "Min", $"{(isMax ? "MAX" : "MIN")}({argument.Sql})", argument.Type.Grouped());
    }

    /// <summary>By the texts of all values in order, since MySQL has no such aggregate.</summary>
    private Term Percentile(Expression group, ParameterExpression row, Term argument)
    {
        var (sql, type) = (argument.Sql, argument.Type);
        string At(string place) =>
            $"CAST(SUBSTRING_INDEX(SUBSTRING_INDEX(GROUP_CONCAT({sql} ORDER BY {sql} SEPARATOR ','), ',', {place}), ',', -1) AS DECIMAL({(type.Kind == SqlKind.Integer ? 20 : type.Digits + type.Scale)}, {type.Scale}))";
        Expression selector = Expression.Lambda(argument.Lambda, row);
        if (random.Next(2) == 0)
        {
            var middle = Method(group, "Median", argument.Lambda.Type);
            return Term.Of(
                Expression.Call(group, middle, selector), $"(({At($"FLOOR((COUNT({sql}) + 1) / 2)")} + {At($"CEILING((COUNT({sql}) + 1) / 2)")}) / 2)",
                type.Kind == SqlKind.Integer ? SqlType.Decimal(21, 4) : SqlType.Decimal(type.Digits + 1, type.Scale + 4));
        }

        double[] fractions = [0, 0.25, 0.5, 0.9, 1];
        var fraction = fractions[random.Next(fractions.Length)];
        var place = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"GREATEST(CEILING({fraction} * COUNT({sql})), 1)");
        var value = type.Kind == SqlKind.Integer ? $"CAST({At(place)} AS SIGNED)" : At(place);
        return Term.Of(Expression.Call(group, Method(group, "PercentileDisc", argument.Lambda.Type, 2), selector, Expression.Constant(fraction)), value, type);
    }

    private Term Concatenation(Expression group, ParameterExpression row, Term text, IReadOnlyList<Term> columns)
    {
        var bytes = $"CONVERT({text.Sql} USING utf8mb4) {Bytes}";
        var by = columns.Where(c => c.Type.Kind is not (SqlKind.Text or SqlKind.Double)).OrderBy(_ => random.Next()).FirstOrDefault();
        Expression selector = Expression.Lambda(text.Lambda, row);
        if (by is null || random.Next(3) == 0)
        {
            return Term.Of(Expression.Call(group, Method(group, "Concat", null, 2), selector, Expression.Constant("|")), $"GROUP_CONCAT({text.Sql} ORDER BY {text.Sql}, {bytes} SEPARATOR '|')", text.Type);
        }

        var descending = random.Next(2) == 0;
        var method = Method(group, descending ? "ConcatDescending" : "Concat", by.Lambda.Type, 3);
        return Term.Of(
            Expression.Call(group, method, selector, Expression.Constant(", "), Expression.Lambda(by.Lambda, row)),
            $"GROUP_CONCAT({text.Sql} ORDER BY {by.Sql} IS NULL{(descending ? "" : " DESC")}, {by.Sql}{(descending ? " DESC" : "")}, {bytes} SEPARATOR ', ')", text.Type);
    }

    private static SqlType SumOf(SqlType type, double rows) => type.Kind switch
    {
        SqlKind.Integer => SqlType.Integer(typeof(long), type.Bound * rows),
        SqlKind.Double => type with { Bound = type.Bound * rows },
        SqlKind.Unsigned => SqlType.Decimal(24, 0),
        _ => SqlType.Decimal(type.Digits + 4, type.Scale),
    };

    private static SqlType MeanOf(SqlType type) => type.Kind switch
    {
        SqlKind.Double => SqlType.Double(double.PositiveInfinity, 0),
        SqlKind.Integer => SqlType.Decimal(19, 4),
        SqlKind.Unsigned => SqlType.Decimal(20, 4),
        _ => SqlType.Decimal(type.Digits, type.Scale + 4),
    };

    /// <summary>The overload whose selector gives a type, or that takes any; null for none.</summary>
    private static MethodInfo Method(Expression group, string name, Type? selected, int parameters = 1)
    {
        var candidates = group.Type.GetMethods().Where(m => m.Name == name && m.GetParameters().Length == (selected is null && parameters == 1 ? 0 : parameters)).ToList();
        var exact = candidates.Find(m => !m.IsGenericMethod && (parameters > 1 || selected is null || m.GetParameters()[0].ParameterType.GetGenericArguments()[1] == selected));
        return exact ?? candidates.Single(m => m.IsGenericMethod).MakeGenericMethod(selected!);
    }
}
