using CdcLake.Columnar.Collations;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>Families of values: within one, and only within one, values are compared, joined and chosen between.</summary>
internal enum SqlKind
{
    Integer,
    Unsigned,
    Decimal,
    Double,
    Text,
    DateTime,
    Date,
    Enum,
    Truth,
}

/// <summary>What is known of a value of a random query, in C# and in SQL: enough to compute with it without leaving the range of either.</summary>
/// <param name="Kind">Its family.</param>
/// <param name="Clr">Type in lambdas, without <c>Nullable</c>.</param>
internal sealed record SqlType(SqlKind Kind, Type Clr)
{
    /// <summary>Collation of texts that hold nothing but ASCII digits, signs and letters of one case, whose order is the same by every collation.</summary>
    public const string Ascii = "ascii";

    /// <summary>Largest magnitude of integers and doubles; infinite for doubles whose sums depend on their order.</summary>
    public double Bound { get; init; }

    /// <summary>Digits of a decimal before the point.</summary>
    public int Digits { get; init; }

    /// <summary>Fractional digits of a decimal, fractional bits of a double.</summary>
    public int Scale { get; init; }

    /// <summary>
    /// True for a decimal whose text has the digits of a table's column. Of one that is chosen between values with other digits MySQL prints each with its own, or with those of both, as its plan has it.
    /// </summary>
    public bool IsStored { get; init; }

    /// <summary>Of texts.</summary>
    public string Collation { get; init; } = "";

    /// <summary>
    /// False for a text of which only is determined what it equals: a group shows the spelling of one of its rows, and MySQL another one's. Nothing may be computed from it then.
    /// </summary>
    public bool IsSpelled { get; init; } = true;

    public Type Nullable => Clr.IsValueType ? typeof(Nullable<>).MakeGenericType(Clr) : Clr;

    /// <summary>What the value can be compared and united with.</summary>
    public (SqlKind, Type, string) Family => (Kind, Clr, Collation);

    /// <summary>True when the sum of so many values is exact in 64 bits, 38 digits or a double's 53 bits.</summary>
    public bool CanAddUp(double rows) => Kind switch
    {
        SqlKind.Integer => Bound * rows < 9e18,
        SqlKind.Double => Bits + Math.Log2(rows) < 52,
        SqlKind.Decimal => Digits + Scale <= 26,
        _ => Kind == SqlKind.Unsigned,
    };

    /// <summary>Bits that a double needs to be exact.</summary>
    public double Bits => Math.Log2(Bound + 1) + Scale;

    /// <summary>The same value as one of several rows of equal values.</summary>
    public SqlType Grouped() => Kind != SqlKind.Text || Collation == Ascii || TextCollation.Of(Collation).IsBytes ? this : this with { IsSpelled = false };

    /// <summary>A value that may be either.</summary>
    public SqlType Or(SqlType other) => this with
    {
        Bound = Math.Max(Bound, other.Bound), Digits = Math.Max(Digits, other.Digits), Scale = Math.Max(Scale, other.Scale), IsSpelled = IsSpelled && other.IsSpelled,
        IsStored = IsStored && other.IsStored && Scale == other.Scale,
    };

    public static SqlType Integer(Type clr, double bound) => new(SqlKind.Integer, clr) { Bound = bound };

    public static SqlType Decimal(int digits, int scale) => new(SqlKind.Decimal, typeof(decimal)) { Digits = digits, Scale = scale };

    public static SqlType Double(double bound, int bits) => new(SqlKind.Double, typeof(double)) { Bound = bound, Scale = bits };

    public static SqlType Text(string collation) => new(SqlKind.Text, typeof(string)) { Collation = collation };

    public static SqlType Moment { get; } = new(SqlKind.DateTime, typeof(DateTime));

    public static SqlType Day { get; } = new(SqlKind.Date, typeof(DateOnly));

    public static SqlType Truth { get; } = new(SqlKind.Truth, typeof(bool));
}
