using System.Linq.Expressions;

namespace CdcLake.IntegrationTests.Queries;

/// <content>Numbers and members of enums.</content>
internal sealed partial class RandomTerms
{
    private const double SafeInteger = 4e18;
    private const int SafeDigits = 30;

    private Term OfInteger(Term term, IReadOnlyList<Term> columns)
    {
        if (term.Type.Bound > SafeInteger)
        {
            return ToDecimal(term);
        }

        var other = columns.Where(c => c.Type is { Kind: SqlKind.Integer, Bound: < SafeInteger }).Append(Constant(SqlType.Integer(typeof(int), 100))).OrderBy(_ => random.Next()).First();
        return random.Next(14) switch
        {
            9 => Bits(ExpressionType.And, "&", term, other),
            10 => Bits(ExpressionType.Or, "|", term, other),
            11 => Bits(ExpressionType.ExclusiveOr, "^", term, other),
            12 when term.Type.Clr == typeof(int) => Term.Of(Expression.Call(typeof(Math), "Sign", null, term.Value), $"SIGN({term.Sql})", SqlType.Integer(typeof(int), 1)),
            13 when term.Type.Clr == other.Type.Clr => Term.Of(
                Expression.Call(typeof(Math), "Max", null, term.Value, other.Value), $"GREATEST({term.Sql}, {other.Sql})", term.Type.Or(other.Type)),
            0 => Integers(ExpressionType.Add, "+", term, other, term.Type.Bound + other.Type.Bound),
            1 => Integers(ExpressionType.Subtract, "-", term, other, term.Type.Bound + other.Type.Bound),
            2 => Integers(ExpressionType.Multiply, "*", term, other, term.Type.Bound * other.Type.Bound),
            3 => Integers(ExpressionType.Divide, "DIV", term, other, term.Type.Bound),
            4 => Integers(ExpressionType.Modulo, "%", term, other, other.Type.Bound),
            5 when term.Type.Bound < int.MaxValue || term.Type.Clr == typeof(long) => Term.Of(term.Call(typeof(Math), "Abs"), $"ABS({term.Sql})", term.Type),
            6 => Term.Of(term.Call("ToString"), $"CAST({term.Sql} AS CHAR)", SqlType.Text(SqlType.Ascii)),
            7 => Quotient(ToDecimal(term), ToDecimal(other)) ?? term,
            _ => ToDecimal(term),
        };
    }

    private static Term Bits(ExpressionType op, string sql, Term a, Term b)
    {
        var bound = Math.Pow(2, Math.Ceiling(Math.Log2(Math.Max(Math.Max(a.Type.Bound, b.Type.Bound), 1) + 1)));
        return bound > SafeInteger
            ? a
            : new Term(Expression.MakeBinary(op, a.As(typeof(long)), b.As(typeof(long))), $"CAST({a.Sql} {sql} {b.Sql} AS SIGNED)", SqlType.Integer(typeof(long), bound));
    }

    /// <summary>Of two ints it is an int to C#, also where it takes 64 bits.</summary>
    private Term Integers(ExpressionType op, string sql, Term a, Term b, double bound)
    {
        var fits = op is not (ExpressionType.Divide or ExpressionType.Modulo) || (a.Type.Bound < int.MaxValue && b.Type.Bound < int.MaxValue);
        var clr = fits && a.Type.Clr == typeof(int) && b.Type.Clr == typeof(int) && Chance(50) ? typeof(int) : typeof(long);
        return bound > SafeInteger
            ? a
            : new Term(Expression.MakeBinary(op, a.As(clr), b.As(clr)), $"({a.Sql} {sql} {b.Sql})", SqlType.Integer(clr, bound));
    }

    private static Term ToDecimal(Term term) => term.Type.Kind switch
    {
        SqlKind.Unsigned => new Term(term.As(typeof(decimal)), $"CAST({term.Sql} AS DECIMAL(20,0))", SqlType.Decimal(20, 0)),
        SqlKind.Integer when term.Type.Bound <= int.MaxValue + 1d => new Term(term.As(typeof(decimal)), term.Sql, SqlType.Decimal(term.Type.Clr == typeof(int) ? 10 : 19, 0)),
        SqlKind.Integer => new Term(term.As(typeof(decimal)), $"CAST({term.Sql} AS DECIMAL(20,0))", SqlType.Decimal(19, 0)),
        _ => term,
    };

    private Term OfDecimal(Term term, IReadOnlyList<Term> columns)
    {
        var other = columns.Where(c => c.Type.Kind is SqlKind.Decimal or SqlKind.Integer).Select(ToDecimal).Append(Constant(SqlType.Decimal(3, 2))).OrderBy(_ => random.Next()).First();
        var (a, b) = (term.Type, other.Type);
        var (digits, scale) = (Math.Max(a.Digits, b.Digits), Math.Max(a.Scale, b.Scale));
        return random.Next(11) switch
        {
            0 => Decimals(ExpressionType.Add, "+", term, other, digits + 1, scale) ?? term,
            1 => Decimals(ExpressionType.Subtract, "-", term, other, digits + 1, scale) ?? term,
            2 => Decimals(ExpressionType.Multiply, "*", term, other, a.Digits + b.Digits, a.Scale + b.Scale) ?? term,
            3 => Quotient(term, other) ?? term,
            4 => Decimals(ExpressionType.Modulo, "%", term, other, digits, scale) ?? term,
            5 => Term.Of(term.Call(typeof(Math), "Round", Expression.Constant(1), Expression.Constant(MidpointRounding.AwayFromZero)), $"ROUND({term.Sql}, 1)", Rounded(a, 1)),
            6 => Term.Of(term.Call(typeof(Math), "Floor"), $"FLOOR({term.Sql})", Rounded(a, 0)),
            7 => Term.Of(term.Call(typeof(Math), "Ceiling"), $"CEILING({term.Sql})", Rounded(a, 0)),
            8 => Term.Of(term.Call(typeof(Math), "Truncate"), $"TRUNCATE({term.Sql}, 0)", Rounded(a, 0)),
            9 => Term.Of(term.Call(typeof(Math), "Abs"), $"ABS({term.Sql})", a),
            _ when !a.IsStored => term,
            _ => Term.Of(term.Call("ToString"), $"CAST({term.Sql} AS CHAR)", SqlType.Text(SqlType.Ascii)),
        };
    }

    private static SqlType Rounded(SqlType type, int scale) => SqlType.Decimal(type.Digits + 1, Math.Min(type.Scale, scale));

    private static Term? Quotient(Term a, Term b) => Decimals(ExpressionType.Divide, "/", a, b, a.Type.Digits + b.Type.Scale, a.Type.Scale + 4);

    /// <summary>Null where it could have more digits than are sure.</summary>
    private static Term? Decimals(ExpressionType op, string sql, Term a, Term b, int digits, int scale) => digits + scale > SafeDigits
        ? null
        : new Term(Expression.MakeBinary(op, a.Lambda, b.Lambda), $"({a.Sql} {sql} {b.Sql})", SqlType.Decimal(digits, scale));

    private Term OfDouble(Term term, IReadOnlyList<Term> columns)
    {
        var other = columns.Where(c => c.Type.Kind == SqlKind.Double && double.IsFinite(c.Type.Bound)).Append(Constant(SqlType.Double(1000, 2))).OrderBy(_ => random.Next()).First();
        var (a, b) = (term.Type, other.Type);
        return random.Next(5) switch
        {
            0 => Doubles(ExpressionType.Add, "+", term, other, SqlType.Double(a.Bound + b.Bound, Math.Max(a.Scale, b.Scale))),
            1 => Doubles(ExpressionType.Subtract, "-", term, other, SqlType.Double(a.Bound + b.Bound, Math.Max(a.Scale, b.Scale))),
            2 => Doubles(ExpressionType.Multiply, "*", term, other, SqlType.Double(a.Bound * b.Bound, a.Scale + b.Scale)),
            3 when double.IsFinite(a.Bound) => new Term(Expression.Divide(term.Lambda, other.Lambda), $"({term.Sql} / {other.Sql})", Inexact),
            _ => Term.Of(term.Call(typeof(Math), "Abs"), $"ABS({term.Sql})", a),
        };
    }

    /// <summary>Doubles that are rounded: MySQL and C# round each operation alike, but sums depend on their order.</summary>
    private static SqlType Inexact => SqlType.Double(double.PositiveInfinity, 0);

    private static Term Doubles(ExpressionType op, string sql, Term a, Term b, SqlType type) =>
        type.Bits > 50 ? a : new Term(Expression.MakeBinary(op, a.Lambda, b.Lambda), $"({a.Sql} {sql} {b.Sql})", type);

    private Term OfEnum(Term term) => Chance(50) ? OrdinalOf(term) : Term.Of(term.Call("ToString"), $"CAST({term.Sql} AS CHAR)", SqlType.Text(SqlType.Ascii));

    /// <summary>As C# sees a member in a comparison.</summary>
    private static Term OrdinalOf(Term term) => new(term.As(typeof(int)), $"CAST({term.Sql} + 0 AS SIGNED)", SqlType.Integer(typeof(int), 3));
}
