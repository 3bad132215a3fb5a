using CdcLake.Columnar;
using CdcLake.Columnar.Collations;

namespace CdcLake.Expressions;

/// <summary>What a function takes in one place.</summary>
internal enum ArgumentRule : byte
{
    /// <summary>Any text.</summary>
    Text,

    /// <summary>Bytes.</summary>
    Binary,

    /// <summary>An integer, brought to 64 bits.</summary>
    Integer,

    /// <summary>Any number, brought to a double.</summary>
    Double,

    /// <summary>A date (its midnight), date-time or instant, in microseconds since 1970.</summary>
    DateTime,

    /// <summary>A time of day or span, in microseconds.</summary>
    Time,
}

/// <summary>Computes the value of one row. The arguments are not null. What it gives is an outcome: a value, null, or a value that does not fit.</summary>
internal delegate FunctionOutcome RowFunction(FunctionRow row);

/// <summary>What one row came to.</summary>
internal enum FunctionOutcome : byte
{
    /// <summary>A value was put into the result.</summary>
    Value,

    /// <summary>The result is null; nothing was put.</summary>
    Null,

    /// <summary>The value does not fit the result's type; nothing was put.</summary>
    Overflow,
}

/// <summary>
/// A function of the table: name, arguments, result and kernel in one place, which the translator, the binder, the kernels and the documentation read. A null argument gives null.
/// Two with the same name are the same function: what it was made with is part of the name.
/// </summary>
/// <param name="Name">Name in plans and fingerprints.</param>
/// <param name="Arguments">One rule for each argument.</param>
/// <param name="Result">Type of the result, from the types of the arguments after their conversion.</param>
/// <param name="Kernel">The function.</param>
internal sealed record ScalarFunction(string Name, IReadOnlyList<ArgumentRule> Arguments, Func<IReadOnlyList<DataType>, DataType> Result, RowFunction Kernel)
{
    public ScalarFunction(string name, ArgumentRule[] arguments, DataType result, RowFunction kernel)
        : this(name, arguments, _ => result, kernel)
    {
    }

    /// <summary>Which function it is, whatever it was made with: <c>IndexOf</c>, <c>Format</c>.</summary>
    public string Kind => Name.IndexOf('(', StringComparison.Ordinal) is > 0 and var end ? Name[..end] : Name;

    /// <summary>What it was made with: a pattern, a zone. Of no part in what it is called; that is in the name.</summary>
    public IReadOnlyList<object> With { get; init; } = [];

    /// <summary>The collation that it was made with; null where it goes by bytes, or compares nothing.</summary>
    public TextCollation? ComparedBy { get; init; }

    /// <summary>The same function by a collation, for one that compares its first two arguments; null for one that compares none.</summary>
    public Func<TextCollation, ScalarFunction>? By { get; init; }

    /// <summary>False when a result is null only where an argument is.</summary>
    public bool MayBeNull { get; init; }

    /// <summary>True when a result may not fit its type.</summary>
    public bool CanFail { get; init; }

    public bool Equals(ScalarFunction? other) => other is not null && Name == other.Name;

    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);
}
