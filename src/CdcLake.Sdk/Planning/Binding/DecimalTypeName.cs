using System.ComponentModel.DataAnnotations.Schema;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using CdcLake.Columnar;

namespace CdcLake.Planning.Binding;

/// <summary>Digits of decimals that a user's code makes: <c>[Column(TypeName = "decimal(18, 2)")]</c>.</summary>
internal static partial class DecimalTypeName
{
    /// <summary>For a property that says nothing.</summary>
    private static readonly DataType Any = DataType.Decimal(DataType.MaxDecimalPrecision, 10);

    /// <summary>The column type of a decimal property, or of a lone value.</summary>
    public static DataType Of(PropertyInfo? property) =>
        property?.GetCustomAttribute<ColumnAttribute>()?.TypeName is { } name && Digits().Match(name) is { Success: true } digits
        && int.Parse(digits.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is >= 1 and <= DataType.MaxDecimalPrecision and var precision
        && int.Parse(digits.Groups[2].ValueSpan, CultureInfo.InvariantCulture) is var scale && scale <= precision
            ? DataType.Decimal(precision, scale)
            : Any;

    [GeneratedRegex("""^\s*(?:decimal|numeric)\s*\(\s*([0-9]{1,2})\s*,\s*([0-9]{1,2})\s*\)\s*$""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
