using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

/// <summary>A projection that runs compiled expressions.</summary>
internal sealed class ProgramProjection : Projection
{
    private readonly ExprProgram _program;
    private readonly int[] _registers;

    /// <param name="output">One field per expression, of its type.</param>
    /// <param name="expressions">Over the columns of the input batches.</param>
    public ProgramProjection(Schema output, IReadOnlyList<BoundExpr> expressions)
        : base(output)
    {
        var builder = new ProgramBuilder();
        _registers = [.. expressions.Select(builder.Emit)];
        _program = builder.Build();
    }

    public override Column[] Evaluate(ChangeBatch batch)
    {
        _program.Run(batch.Columns, batch.Count);
        var columns = new Column[_registers.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = _program.Take(_registers[i], keep: Array.IndexOf(_registers, _registers[i], i + 1) >= 0);
        }

        _program.Release();
        return columns;
    }
}
