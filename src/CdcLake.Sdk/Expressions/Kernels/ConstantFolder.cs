using CdcLake.Columnar;
using CdcLake.Expressions.Binding;

namespace CdcLake.Expressions.Kernels;

/// <summary>Evaluates expressions without columns once, with the same kernels that run over batches.</summary>
internal static class ConstantFolder
{
    /// <exception cref="ArithmeticOverflowException">The constants do not fit their type.</exception>
    public static BoundConstant Evaluate(BoundCall call)
    {
        var builder = new ProgramBuilder();
        var register = builder.Emit(call);
        var program = builder.Build();
        program.Run([], 1);
        var column = program.Peek(register);
        return new BoundConstant(column.IsNull(0) ? null : Value(column), call.Type, call.Text);
    }

    private static object Value(Column column) => column switch
    {
        FixedColumn<byte> c => c.Values[0],
        FixedColumn<int> c => c.Values[0],
        FixedColumn<long> c => c.Values[0],
        FixedColumn<Int128> c => c.Values[0],
        FixedColumn<float> c => c.Values[0],
        FixedColumn<double> c => c.Values[0],
        _ => ((BytesColumn)column)[0].ToArray(),
    };
}
