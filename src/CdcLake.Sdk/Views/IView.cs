namespace CdcLake;

/// <summary>A <see cref="View{TKey, TRow}"/> whose types the reader does not know: for pages and tools that show any view. Thread-safe.</summary>
public interface IView
{
    /// <summary>As <see cref="SinkStatus.Name"/>: <c>view(sales_by_product)</c>.</summary>
    string Name { get; }

    /// <summary>Rows that it has now.</summary>
    int Count { get; }

    /// <summary>The properties of its rows, in their order.</summary>
    IReadOnlyList<string> Columns { get; }

    /// <summary>The .NET types of these properties.</summary>
    IReadOnlyList<Type> ColumnTypes { get; }

    /// <summary>Reads one state, which later changes do not touch.</summary>
    /// <returns>
    /// The position of that state, null before the first one; and its rows in no particular order, made one by one when they are asked for: an array of the caller's own, with a value for
    /// each of <see cref="Columns"/>.
    /// </returns>
    (string? Position, IEnumerable<IReadOnlyList<object?>> Rows) Read();
}
