namespace CdcLake.Expressions;

/// <summary>What a <see cref="CallExpr"/> computes. A null argument gives null unless said otherwise.</summary>
internal enum ScalarOp : byte
{
    Add,
    Subtract,
    Multiply,

    /// <summary>Integers truncate, decimals round half away from zero, a zero divisor gives null.</summary>
    Divide,

    /// <summary>Sign of the dividend; a zero divisor gives null.</summary>
    Remainder,
    Negate,

    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,

    /// <summary>−1, 0 or 1.</summary>
    Compare,

    /// <summary>Three-valued: false wins over unknown.</summary>
    And,

    /// <summary>Three-valued: true wins over unknown.</summary>
    Or,
    Not,

    /// <summary>Never null.</summary>
    IsNull,

    /// <summary>Never null.</summary>
    IsNotNull,

    /// <summary>Condition, value when it is true, value when it is false or unknown.</summary>
    If,

    /// <summary>The first argument, or where it is null the second.</summary>
    Coalesce,

    /// <summary>Conversion to the CLR type of the call; an error where the value does not fit.</summary>
    Cast,

    Concat,
    ToUpper,
    ToLower,
    Trim,
    TrimStart,
    TrimEnd,

    /// <summary>Characters (Unicode code points) of a string, bytes of a binary value.</summary>
    Length,

    /// <summary>Text, first character (0 = first), and optionally how many; clamped to the text.</summary>
    Substring,
    StartsWith,
    EndsWith,
    Contains,
    Replace,

    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Millisecond,
    DayOfYear,

    /// <summary>The date of a date-time; instants in UTC.</summary>
    Date,

    /// <summary>Date-time plus a constant number of microseconds.</summary>
    AddTime,

    Abs,
    Floor,
    Ceiling,
    Truncate,

    /// <summary>Value and constant number of fractional digits; half to even, as in C#.</summary>
    RoundEven,

    /// <summary>Value and constant number of fractional digits; half away from zero, as in MySQL.</summary>
    RoundAway,

    /// <summary>A <see cref="ScalarFunction"/> of the table.</summary>
    Function,

    /// <summary>
    /// The argument of <see cref="AggregateKind.Collect"/> and no value by itself: text, constant separator, whether equal texts stand once, whether the order goes down, and what
    /// is ordered by.
    /// </summary>
    InOrder,

    /// <summary>The same text, which compares by bytes.</summary>
    Binary,
}
