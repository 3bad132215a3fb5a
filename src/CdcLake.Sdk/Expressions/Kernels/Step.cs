using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Expressions.Binding;

namespace CdcLake.Expressions.Kernels;

/// <summary>One instruction of a program: fills one register from others. Holds no state of its own between batches.</summary>
internal abstract class Step
{
    public abstract void Run(Frame frame);
}

/// <summary>What one application of an operator to one row came to; combined with OR over a batch.</summary>
internal static class Outcome
{
    public const int Ok = 0;
    public const int Overflow = 1;
    public const int Null = 2;
}

/// <summary>Builds the error of a value that does not fit.</summary>
internal static class Overflows
{
    /// <param name="source">The expression that failed.</param>
    /// <param name="frame">Registers at that moment.</param>
    /// <param name="row">The row.</param>
    /// <param name="operands">Registers of the operands.</param>
    public static ArithmeticOverflowException Error(BoundExpr source, Frame frame, int row, params ReadOnlySpan<int> operands)
    {
        var values = new List<string>(operands.Length);
        foreach (var register in operands)
        {
            values.Add(ValueText.Of(frame[register], row));
        }

        return new ArithmeticOverflowException(string.Create(
            CultureInfo.InvariantCulture,
            $"\"{source.Text}\" does not fit {source.Type} for operands {string.Join(" and ", values)}. Convert an operand to a wider type in the lambda (long, decimal or double), or round it."));
    }
}

/// <summary>Values of columns as text for messages and for the conversion to string.</summary>
internal static class ValueText
{
    public static string Of(Column column, int row) => column.IsNull(row) ? "null" : column switch
    {
        FixedColumn<int> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<long> c when column.Type.Kind == TypeKind.Decimal => Scaled(c.Values[row], column.Type.Scale),
        FixedColumn<long> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<Int128> c => Scaled(c.Values[row], column.Type.Scale),
        FixedColumn<float> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<double> c => c.Values[row].ToString(CultureInfo.InvariantCulture),
        FixedColumn<byte> c => c.Values[row] != 0 ? "true" : "false",
        BytesColumn c when column.Type.Kind == TypeKind.String => $"\"{Constants.Text(c[row])}\"",
        BytesColumn c => "0x" + Convert.ToHexString(c[row]),
        _ => "?",
    };

    private static string Scaled(Int128 value, int scale)
    {
        Span<byte> buffer = stackalloc byte[64];
        var length = DecimalText.Format(value, scale, buffer);
        return Constants.Text(buffer[..length]);
    }
}
