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
        return new BoundConstant(program.Peek(register).ValueAt(0), call.Type, call.Text);
    }
}
