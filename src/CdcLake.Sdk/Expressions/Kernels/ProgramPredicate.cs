using CdcLake.Columnar;

namespace CdcLake.Expressions.Kernels;

/// <summary>A predicate that runs a compiled condition.</summary>
internal sealed class ProgramPredicate : Predicate
{
    private readonly ExprProgram _program;
    private readonly int _register;

    /// <param name="condition">Of type Boolean, over the columns of the input batches.</param>
    public ProgramPredicate(BoundExpr condition)
    {
        var builder = new ProgramBuilder();
        _register = builder.Emit(condition);
        _program = builder.Build();
    }

    public override int Select(ChangeBatch batch, Span<int> rows)
    {
        _program.Run(batch.Columns, batch.Count);
        var truth = _program.Truth(_register);
        var selected = 0;
        for (var i = 0; i < truth.Length; i++)
        {
            rows[selected] = i; // overwritten by the next row unless this one is kept
            selected += truth[i];
        }

        _program.Release();
        return selected;
    }
}
