using CdcLake.Columnar;

namespace CdcLake;

/// <summary>
/// A row whose columns are known only at run time. In the lambdas of a <see cref="ChangeStream{T}"/> it stands for the row of an untyped table and is translated, never
/// executed; rows that <see cref="IcebergTable.ReadAsync"/> and <see cref="IcebergTable.Scan"/> give hold values. Immutable.
/// </summary>
public sealed class Row
{
    private readonly Schema _schema;
    private readonly object?[] _values;

    private Row(Schema schema, object?[] values)
    {
        _schema = schema;
        _values = values;
    }

    /// <summary>Names of the columns, in order.</summary>
    public IReadOnlyList<string> Columns => [.. _schema.Fields.Select(f => f.Name)];

    /// <summary>Value of a column as its natural .NET type; null for SQL NULL.</summary>
    /// <param name="column">The column's name.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    public object? this[string column] => _values[Ordinal(column)];

    /// <summary>Reads a column.</summary>
    /// <typeparam name="T">
    /// A .NET type that holds the column without loss; nullable when the column is. In a pipeline's lambda this is checked when the pipeline starts.
    /// </typeparam>
    /// <param name="column">The column's name; in a pipeline's lambda letter case is ignored.</param>
    /// <exception cref="ArgumentException">There is no such column.</exception>
    /// <exception cref="InvalidCastException">The column holds null or another type.</exception>
    public T Get<T>(string column)
    {
        var value = this[column];
        return CellValue.TryConvert(value, typeof(T), out var converted)
            ? (T)converted!
            : throw new InvalidCastException(
                $"Column \"{column}\" holds {value?.ToString() ?? "NULL"} ({_schema[Ordinal(column)].Type}), which a {typeof(T).Name} does not hold.");
    }

    internal static Row Of(ChangeBatch batch, int row)
    {
        var values = new object?[batch.Schema.Count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = CellValue.Of(batch[i], row);
        }

        return new Row(batch.Schema, values);
    }

    private int Ordinal(string column)
    {
        var ordinal = _schema.IndexOf(column);
        return ordinal >= 0
            ? ordinal
            : throw new ArgumentException($"There is no column \"{column}\". Columns: {string.Join(", ", Columns)}.", nameof(column));
    }
}
