using System.Linq.Expressions;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>Random expressions over columns, in both languages. What either would refuse, or end with an error over its range, is not made.</summary>
/// <param name="random">Decides.</param>
internal sealed partial class RandomTerms(Random random)
{
    /// <summary>A column, or something computed from columns.</summary>
    public Term Any(IReadOnlyList<Term> columns, int depth)
    {
        var term = columns[random.Next(columns.Count)];
        for (var i = 0; i < depth && Chance(55); i++)
        {
            term = Computed(term, columns);
        }

        return term;
    }

    /// <summary>Something that is computed from a term and others; the term itself where nothing fits it.</summary>
    private Term Computed(Term term, IReadOnlyList<Term> columns)
    {
        switch (random.Next(8))
        {
            case 0:
                return Condition(columns, 1).AsTerm();
            case 1 when term.Type.Kind != SqlKind.Enum && Partner(term, columns) is { } other:
                var test = Condition(columns, 1);
                return new Term(Expression.Condition(test.Lambda, term.Lambda, other.Lambda), $"IF({test.Sql}, {term.Sql}, {other.Sql})", term.Type.Or(other.Type));
            case 2 when term.Type.Kind != SqlKind.Enum && Partner(term, columns) is { } fallback:
                return new Term(Expression.Coalesce(term.Lambda, fallback.Lambda), $"COALESCE({term.Sql}, {fallback.Sql})", term.Type.Or(fallback.Type));
        }

        return term.Type.Kind switch
        {
            SqlKind.Integer => OfInteger(term, columns),
            SqlKind.Unsigned => ToDecimal(term),
            SqlKind.Decimal => OfDecimal(term, columns),
            SqlKind.Double => OfDouble(term, columns),
            SqlKind.Text => OfText(term, columns),
            SqlKind.DateTime => OfMoment(term, columns),
            SqlKind.Date => OfDay(term),
            SqlKind.Enum => OfEnum(term),
            _ => new Term(Expression.Not(term.Lambda), $"(NOT {term.Sql})", term.Type),
        };
    }

    /// <summary>A condition over columns.</summary>
    public Condition Condition(IReadOnlyList<Term> columns, int depth)
    {
        if (depth > 0 && Chance(35))
        {
            var (left, right) = (Condition(columns, depth - 1), Condition(columns, depth - 1));
            return random.Next(3) switch
            {
                0 => new Condition(Expression.AndAlso(left.Lambda, right.Lambda), $"({left.Sql} AND {right.Sql})"),
                1 => new Condition(Expression.OrElse(left.Lambda, right.Lambda), $"({left.Sql} OR {right.Sql})"),
                _ => new Condition(Expression.Not(left.Lambda), $"(NOT {left.Sql})"),
            };
        }

        var term = columns[random.Next(columns.Count)];
        switch (random.Next(6))
        {
            case 0:
                var isNull = Chance(50);
                var nothing = Expression.Constant(null, term.Lambda.Type);
                return new Condition(isNull ? Expression.Equal(term.Lambda, nothing) : Expression.NotEqual(term.Lambda, nothing), $"({term.Sql} IS {(isNull ? "" : "NOT ")}NULL)");
            case 1 when term.Type.Kind is SqlKind.Integer or SqlKind.Text or SqlKind.Unsigned:
                return Membership(term);
            case 2 when term.Type is { Kind: SqlKind.Text, IsSpelled: true }:
                return Search(term);
        }

        return term.Type.Kind switch
        {
            SqlKind.Truth => new Condition(term.Value, $"({term.Sql} <> 0)"),
            SqlKind.Enum => Compared(OrdinalOf(term), Chance(30) ? OrdinalOf(term) : Member()),
            _ => Compared(term, Partner(term, columns) ?? term),
        };
    }

    private Condition Compared(Term a, Term b)
    {
        var (op, sql) = random.Next(6) switch
        {
            0 => (ExpressionType.Equal, "="),
            1 => (ExpressionType.NotEqual, "<>"),
            2 => (ExpressionType.LessThan, "<"),
            3 => (ExpressionType.LessThanOrEqual, "<="),
            4 => (ExpressionType.GreaterThan, ">"),
            _ => (ExpressionType.GreaterThanOrEqual, ">="),
        };
        var lambda = a.Type.Kind == SqlKind.Text && op is not (ExpressionType.Equal or ExpressionType.NotEqual)
            ? Expression.MakeBinary(op, Expression.Call(typeof(string), nameof(string.Compare), null, a.Lambda, b.Lambda), Expression.Constant(0))
            : Expression.MakeBinary(op, a.Lambda, b.Lambda);
        return new Condition(lambda, $"({a.Sql} {sql} {b.Sql})");
    }

    private Condition Membership(Term term)
    {
        var members = Enumerable.Range(0, 1 + random.Next(4)).Select(_ => Constant(term.Type)).ToList();
        var array = Array.CreateInstance(term.Type.Nullable, members.Count);
        for (var i = 0; i < members.Count; i++)
        {
            array.SetValue(((ConstantExpression)members[i].Lambda).Value, i);
        }

        return new Condition(
            Expression.Call(typeof(Enumerable), nameof(Enumerable.Contains), [term.Type.Nullable], Expression.Constant(array), term.Lambda),
            $"({term.Sql} IN ({string.Join(", ", members.Select(m => m.Sql))}))");
    }

    /// <summary>Another value of the same family: a column or a constant.</summary>
    private Term? Partner(Term term, IReadOnlyList<Term> columns)
    {
        var others = columns.Where(c => c.Type.Family == term.Type.Family && c != term).ToList();
        return others.Count > 0 && Chance(65) ? others[random.Next(others.Count)] : term.Type.Kind is SqlKind.Truth or SqlKind.Enum ? null : Constant(term.Type);
    }

    /// <summary>A constant that goes with values of a type.</summary>
    private Term Constant(SqlType type)
    {
        var value = RandomValues.Of(type, random);
        return Term.Of(value.Clr, value.Sql, type.Kind switch
        {
            SqlKind.Integer => SqlType.Integer(type.Clr, Math.Abs(Convert.ToDouble(value.Clr, System.Globalization.CultureInfo.InvariantCulture))),
            SqlKind.Decimal => SqlType.Decimal(Math.Clamp(type.Digits, 3, 12), 2),
            SqlKind.Double => SqlType.Double(1000, 2),
            _ => type,
        });
    }

    /// <summary>The number of a member.</summary>
    private Term Member()
    {
        var number = random.Next(1, 4);
        return Term.Of(number, $"{number}", SqlType.Integer(typeof(int), 3));
    }

    private bool Chance(int percent) => random.Next(100) < percent;
}
