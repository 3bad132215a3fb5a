using System.Diagnostics.CodeAnalysis;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Expressions;
using CdcLake.Planning.Logical;

namespace CdcLake.Planning.Binding;

/// <summary>Makes what an application reads of a result: untyped rows, records and classes, or single values. Not thread-safe.</summary>
internal sealed class ResultObjects<[DynamicallyAccessedMembers(RowMembers.Kept)] T>
{
    private readonly Func<ChangeBatch, int, object?> _make;

    private ResultObjects(Func<ChangeBatch, int, object?> make) => _make = make;

    /// <summary>Rows of the stream.</summary>
    /// <param name="schema">Columns of the batches.</param>
    /// <exception cref="SchemaMismatchException">A column does not exist, or does not fit its property.</exception>
    public static ResultObjects<T> OfRows(Schema schema)
    {
        if (typeof(T) == typeof(Row))
        {
            return new(Row.Of);
        }

        if (ClrTypes.IsScalar(typeof(T)))
        {
            return new((batch, row) => Value(batch, 0, row));
        }

        var members = RowMembers.Of(typeof(T));
        var read = new ColumnSet();
        foreach (var member in members.Members)
        {
            read.Add(new ColumnExpr(0, member.Property, member.Type));
        }

        var table = new SourceTable(typeof(T).Name, schema, [.. schema.Fields.Select(f => f.Type.ToString())], [], new Dictionary<int, string>());
        var ordinals = new TableBinder(table, makesObjects: true).Bind(members, read);
        var factory = new RowFactory(typeof(T), members, [.. members.Members.Select(m => ordinals[m.Property])]);
        return new(factory.Make);
    }

    /// <summary>Keys.</summary>
    /// <param name="sink">Name for messages.</param>
    /// <param name="schema">Columns of the batches.</param>
    /// <param name="key">Which of them are the key, in the order of the key's members.</param>
    /// <exception cref="SchemaMismatchException">The key's members are not the columns.</exception>
    public static ResultObjects<T> OfKeys(string sink, Schema schema, IReadOnlyList<int> key)
    {
        if (ClrTypes.IsScalar(typeof(T)) && key.Count == 1)
        {
            return new((batch, row) => Value(batch, key[0], row));
        }

        var members = ClrTypes.IsScalar(typeof(T)) ? null : RowMembers.Of(typeof(T));
        if (members?.Members.Count != key.Count)
        {
            throw new SchemaMismatchException(
                $"The key of {sink} has the columns {string.Join(", ", key.Select(k => schema[k].Name))}, and a {ClrTypes.Name(typeof(T))} has not one member for each. Name each column once: key: r => new {{ r.A, r.B }}.");
        }

        return new(new RowFactory(typeof(T), members, key).Make);
    }

    /// <summary>The object of a row; may be null only where <typeparamref name="T"/> may.</summary>
    public T Make(ChangeBatch batch, int row) => (T)_make(batch, row)!;

    private static object? Value(ChangeBatch batch, int column, int row)
    {
        var value = CellValue.Of(batch[column], row);
        return CellValue.TryConvert(value, typeof(T), out var converted)
            ? converted
            : throw new SchemaMismatchException(
                $"A {ClrTypes.Name(typeof(T))} cannot hold {value ?? "NULL"} of column {batch.Schema[column].Name} ({batch.Schema[column].Type}). Choose a type that does.");
    }
}
