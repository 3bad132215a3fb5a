using System.Buffers;
using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.Dataflow.Operators;

/// <summary>
/// A text column of a key in a form whose bytes are equal when the source takes the values for the same. It stands in a further column behind those of the table, which keep the values as they are.
/// </summary>
/// <param name="Ordinal">The column.</param>
/// <param name="Rules">When the source takes two values for the same.</param>
/// <param name="Key">The foreign key, for messages.</param>
internal readonly record struct KeyText(int Ordinal, KeyRules Rules, string Key)
{
    private static readonly SearchValues<byte> Printable = SearchValues.Create([.. Enumerable.Range(0x20, 0x5F).Select(b => (byte)b)]);

    /// <summary>The columns of one side of a key whose bytes are not enough.</summary>
    public static KeyText[] Of(ForeignKeyLink link, IReadOnlyList<int> columns) =>
        [.. columns.Select((c, i) => new KeyText(c, link.Key.Rules[i], link.Key.Name)).Where(t => t.Rules != KeyRules.Exact)];

    /// <summary>The columns of a table with those that are added.</summary>
    public static Schema Extend(Schema schema, KeyText[] texts) =>
        texts.Length == 0 ? schema : new Schema([.. schema.Fields, .. texts.Select((t, i) => schema[t.Ordinal] with { Name = $"{schema[t.Ordinal].Name} as key {i}\0" })]);

    /// <summary>Where the key stands in what <see cref="Extend(Schema, KeyText[])"/> gives.</summary>
    public static IReadOnlyList<int> KeyIn(Schema schema, KeyText[] texts, IReadOnlyList<int> columns) =>
        [.. columns.Select(c => Array.FindIndex(texts, t => t.Ordinal == c) is >= 0 and var added ? schema.Count + added : c)];

    /// <summary>A batch with the columns that are added; it shares the others with the one it is made of, and must be given to <see cref="Release"/>.</summary>
    public static ChangeBatch Extend(ChangeBatch batch, Schema schema, KeyText[] texts)
    {
        if (texts.Length == 0)
        {
            return batch;
        }

        var columns = new List<Column>(schema.Count);
        foreach (var column in batch.Columns)
        {
            columns.Add(column);
        }

        columns.AddRange(texts.Select(t => t.Convert(batch)));
        return new ChangeBatch(schema, [.. columns], batch.Weights);
    }

    /// <summary>Gives up what was added.</summary>
    public static void Release(ChangeBatch batch, ChangeBatch extended)
    {
        for (var i = batch.Columns.Length; i < extended.Columns.Length; i++)
        {
            extended[i].Return();
        }
    }

    private BytesColumn Convert(ChangeBatch batch)
    {
        var source = batch.Bytes(Ordinal);
        var target = new BytesColumn(source.Type);
        for (var row = 0; row < source.Count; row++)
        {
            if (source.IsNull(row))
            {
                target.AppendNull();
                continue;
            }

            var value = source[row];
            if (Rules.HasFlag(KeyRules.IgnoresPadding))
            {
                value = value.TrimEnd((byte)' ');
            }

            if (Rules.HasFlag(KeyRules.PrintableAsciiOnly) && value.ContainsAnyExcept(Printable))
            {
                target.Return();
                throw new UnsupportedTypeException(
                    $"Foreign key {Key}: {batch.Schema[Ordinal].Name} has the value {CellText.Of(source.Type, value)}. By the column's collation other values may be the same to the server, and outside "
                    + "printable ASCII it is not known here which, so that it cannot be told which rows the foreign key changes. Give both columns a collation that ends with _bin, or drop the foreign key's actions.");
            }

            var copy = target.AppendUninitialized(value.Length);
            value.CopyTo(copy);
            if (Rules.HasFlag(KeyRules.IgnoresCase))
            {
                System.Text.Ascii.ToLowerInPlace(copy, out _);
            }
        }

        return target;
    }
}
