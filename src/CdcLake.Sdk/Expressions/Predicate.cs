using CdcLake.Columnar;

namespace CdcLake.Expressions;

/// <summary>A condition over the rows of a batch. Reusable, holds scratch memory: one instance serves one stage at a time.</summary>
internal abstract class Predicate
{
    /// <summary>
    /// Writes the numbers of the rows for which the condition is true (neither false nor unknown) into <paramref name="rows"/>, ascending, and returns how many.
    /// </summary>
    /// <param name="batch">The rows to test.</param>
    /// <param name="rows">At least <see cref="ChangeBatch.Count"/> entries.</param>
    public abstract int Select(ChangeBatch batch, Span<int> rows);
}
