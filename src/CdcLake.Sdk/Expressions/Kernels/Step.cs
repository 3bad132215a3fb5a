using System.Globalization;
using CdcLake.Columnar;

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
            values.Add(CellText.Of(frame[register], row));
        }

        return new ArithmeticOverflowException(string.Create(
            CultureInfo.InvariantCulture,
            $"\"{source.Text}\" does not fit {source.Type} for operands {string.Join(" and ", values)}. Convert an operand to a wider type in the lambda (long, decimal or double), or round it."));
    }
}
