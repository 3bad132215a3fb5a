using CdcLake.Columnar;
using CdcLake.StarRocks.Ddl;

namespace CdcLake.StarRocks.StreamLoad;

/// <summary>Writes rows of batches into a body, in one of the two forms that Stream Load takes. Nothing is allocated for a row.</summary>
internal abstract class RowWriter : IDisposable
{
    private readonly TargetTable _table;

    protected RowWriter(TargetTable table, Schema schema)
    {
        _table = table;
        Cells = [.. table.Columns.Select((c, i) => CellWriter.For(schema[i].Type, c.Type))];
    }

    /// <summary>Headers by which a backend reads the body.</summary>
    public abstract IReadOnlyList<KeyValuePair<string, string>> Headers { get; }

    protected IReadOnlyList<TargetColumn> Columns => _table.Columns;

    protected CellWriter[] Cells { get; }

    /// <summary>Where text is put before it is enclosed.</summary>
    protected LoadBody Plain { get; } = new();

    /// <summary>The writer that a table needs: JSON, or CSV where there are bytes, for which JSON has no form.</summary>
    public static RowWriter For(TargetTable table, Schema schema) => table.NeedsCsv ? new CsvRowWriter(table, schema) : new JsonRowWriter(table, schema);

    /// <summary>Writes all rows of a batch that has all columns of the table, as rows to insert or replace.</summary>
    public void Upserts(ChangeBatch rows, LoadBody body)
    {
        for (var row = 0; row < rows.Count; row++)
        {
            Begin(body);
            for (var i = 0; i < Cells.Length; i++)
            {
                Cell(i, rows[i], row, body);
            }

            End(isDelete: false, body);
        }
    }

    /// <summary>Writes rows to delete, of which the batch has the key columns only, in key order. Other columns that cannot be NULL get some value: StarRocks checks it though it is not used.</summary>
    public void Deletes(ChangeBatch keys, LoadBody body)
    {
        for (var row = 0; row < keys.Count; row++)
        {
            Begin(body);
            for (var i = 0; i < Cells.Length; i++)
            {
                if (KeyIndex(i) is >= 0 and var key)
                {
                    Cell(i, keys[key], row, body);
                }
                else
                {
                    Missing(i, body);
                }
            }

            End(isDelete: true, body);
        }
    }

    public void Dispose() => Plain.Dispose();

    /// <summary>Closes the body; no rows may follow.</summary>
    public abstract void Finish(LoadBody body);

    protected abstract void Begin(LoadBody body);

    protected abstract void Value(int index, Column column, int row, LoadBody body);

    protected abstract void Null(int index, LoadBody body);

    /// <summary>A column that a deleted row lacks.</summary>
    protected abstract void Missing(int index, LoadBody body);

    protected abstract void End(bool isDelete, LoadBody body);

    /// <summary>Some value of a type, for rows that are deleted.</summary>
    protected static string AnyValue(TargetType type) => type.Name switch
    {
        "DATE" => "1970-01-01",
        "DATETIME" => "1970-01-01 00:00:00",
        "VARCHAR" or "CHAR" or "VARBINARY" => "",
        "JSON" => "{}",
        _ => "0",
    };

    private void Cell(int index, Column column, int row, LoadBody body)
    {
        if (!column.IsNull(row))
        {
            try
            {
                Value(index, column, row, body);
            }
            catch (UnsupportedTypeException error)
            {
                throw new UnsupportedTypeException($"Column \"{Columns[index].Name}\" of StarRocks table {_table.Name} ({Columns[index].Type}) cannot hold {error.Message}.", error);
            }
        }
        else if (Columns[index].IsNullable)
        {
            Null(index, body);
        }
        else
        {
            throw new UnsupportedTypeException($"Column \"{Columns[index].Name}\" of StarRocks table {_table.Name} cannot hold NULL{(Columns[index].IsKey ? ", being part of its primary key" : "")}. Leave such rows out, or give the column a value in the query.");
        }
    }

    private int KeyIndex(int column)
    {
        for (var i = 0; i < _table.Key.Count; i++)
        {
            if (_table.Key[i] == column)
            {
                return i;
            }
        }

        return -1;
    }
}
