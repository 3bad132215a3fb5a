using System.Diagnostics.CodeAnalysis;

namespace CdcLake;

/// <summary>
/// A row of a table whose columns are known only when the pipeline starts. Usable inside the lambdas of a <see cref="ChangeStream{T}"/> only, where it is translated;
/// there are no instances.
/// </summary>
[SuppressMessage("Performance", "CA1822:Mark members as static", Justification = "Marker methods: the translator reads calls on the lambda's parameter.")]
public sealed class Row
{
    private Row()
    {
    }

    /// <summary>Reads a column.</summary>
    /// <typeparam name="T">A .NET type that holds the column without loss; nullable when the column is. Checked when the pipeline starts.</typeparam>
    /// <param name="column">The column's name in the source; letter case is ignored.</param>
    /// <returns>Nothing: calls are translated, never executed.</returns>
    /// <exception cref="NotSupportedException">It was called outside a pipeline's lambda.</exception>
    public T Get<T>(string column) =>
        throw new NotSupportedException($"Row.Get(\"{column}\") stands for a column inside a pipeline's lambda and cannot be executed.");
}
