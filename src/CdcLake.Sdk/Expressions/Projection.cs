using CdcLake.Columnar;

namespace CdcLake.Expressions;

/// <summary>Computes the columns of an output schema from a batch. Reusable, holds scratch memory: one instance serves one stage at a time.</summary>
internal abstract class Projection
{
    protected Projection(Schema output) => Output = output;

    public Schema Output { get; }

    /// <summary>
    /// One new column for each output field, each with <see cref="ChangeBatch.Count"/> rows. The caller owns the columns; input columns are never handed out
    /// themselves, so the batch stays the caller's to dispose.
    /// </summary>
    /// <exception cref="ArithmeticOverflowException">A value does not fit its type; the message prints the expression and the operands.</exception>
    public abstract Column[] Evaluate(ChangeBatch batch);
}
