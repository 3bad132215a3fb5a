using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Connectors;
using CdcLake.MySql.Charsets;
using CdcLake.MySql.Tables;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>One table of an initial snapshot.</summary>
internal sealed class SnapshotTable
{
    /// <param name="capture">What the plan wants.</param>
    /// <param name="table">The definition as it is now.</param>
    /// <exception cref="TableRedefinedException">The definition is not the one the plan was made for.</exception>
    public SnapshotTable(TableCapture capture, TableDefinition table)
    {
        Capture = capture;
        Definition = table;
        var now = table.Describe(capture.Table.Name);
        if (!now.Schema.Equals(capture.Table.Schema) || !now.NativeTypes.SequenceEqual(capture.Table.NativeTypes) || now.Schema.Fields.Zip(capture.Table.Schema.Fields).Any(f => IsOther(f.First.Collation, f.Second.Collation)) || IsOther(now.Completion, capture.Table.Completion))
        {
            throw new TableRedefinedException(
                $"Table {table.Name} was altered after the pipeline was built: it was {capture.Table.Schema} and is {now.Schema}. Build the pipeline again.");
        }

        Wide = TableCapture.Of(capture.Table, [.. capture.Columns.Union(table.Key).Order()]) with { ReadsAll = capture.ReadsAll, Referenced = capture.Referenced };
        Key = [.. table.Key.Select(k => IndexOf(Wide.Columns, k))];
        KeyOnly = TableCapture.Of(capture.Table, [.. table.Key.Order()]);
        KeyInKeyOnly = [.. table.Key.Select(k => IndexOf(KeyOnly.Columns, k))];
        CapturedInWide = [.. capture.Columns.Select(c => IndexOf(Wide.Columns, c))];
    }

    /// <summary>A column that was altered since its table was described has none that is known.</summary>
    private static bool IsOther(TextCollation? now, TextCollation? planned) => now is not null && planned is not null && now.Name != planned.Name;

    private static bool IsOther(RowCompletion? now, RowCompletion? planned) =>
        now is not null && planned is not null && !(now.Key.SequenceEqual(planned.Key) && now.Defaults.SequenceEqual(planned.Defaults));

    public TableCapture Capture { get; }

    public TableDefinition Definition { get; }

    /// <summary>The captured columns and those of the key: what the overlay needs.</summary>
    public TableCapture Wide { get; }

    /// <summary>The key's columns in <see cref="Wide"/>.</summary>
    public IReadOnlyList<int> Key { get; }

    /// <summary>The columns of the key alone.</summary>
    public TableCapture KeyOnly { get; }

    /// <summary>The key's columns in <see cref="KeyOnly"/>.</summary>
    public IReadOnlyList<int> KeyInKeyOnly { get; }

    /// <summary>The captured columns in <see cref="Wide"/>.</summary>
    public IReadOnlyList<int> CapturedInWide { get; }

    /// <summary>Compares the table with its definition as it is now.</summary>
    /// <param name="now">Null when it is gone.</param>
    /// <exception cref="SchemaMismatchException">Transient: it was altered.</exception>
    public void RequireUnchanged(TableDefinition? now)
    {
        if (now is null
            || !Definition.Describe("").Schema.Equals(now.Describe("").Schema)
            || !Definition.Columns.Select(c => c.NativeType).SequenceEqual(now.Columns.Select(c => c.NativeType))
            || !Definition.Key.SequenceEqual(now.Key)
            || IsOther(now.Completion, Definition.Completion))
        {
            throw Altered(Definition.Name, null);
        }
    }

    public static SchemaMismatchException Altered(MySqlTableName table, Exception? cause) =>
        new($"Table {table} was altered while its snapshot was being taken. Start again when its definition has settled.", cause) { IsTransient = true };

    /// <summary>Reads the columns of a capture. All values come as stored, but for labels, which the server converts to UTF-8.</summary>
    public string SelectOf(TableCapture columns)
    {
        var list = columns.Columns.Select(ordinal => Expression(Definition.Columns[ordinal]));
        return $"SELECT {(columns.Columns.Count == 0 ? "NULL" : string.Join(", ", list))} FROM {Definition.Name.Quoted}";

        static string Expression(MySqlColumn column)
        {
            var name = MySqlTableName.Quote(column.Name);
            return column.Type is MySqlTypeCode.Enum or MySqlTypeCode.Set && !MySqlCharsets.IsUtf8(column.Charset) ? $"CONVERT({name} USING utf8mb4)" : name;
        }
    }

    /// <summary>Takes the captured columns out of a wide batch, which is used up.</summary>
    public ChangeBatch Narrow(ChangeBatch wide)
    {
        if (ReferenceEquals(wide.Schema, Capture.Schema))
        {
            return wide;
        }

        var columns = CapturedInWide.Select(wide.Detach).ToArray();
        var narrow = new ChangeBatch(Capture.Schema, columns, wide.Weights);
        wide.Dispose();
        return narrow;
    }

    private static int IndexOf(IReadOnlyList<int> ordinals, int ordinal)
    {
        for (var i = 0; i < ordinals.Count; i++)
        {
            if (ordinals[i] == ordinal)
            {
                return i;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(ordinal), ordinal, "The column is not among those read.");
    }
}
