using CdcLake.Testing.StarRocks.Model;

namespace CdcLake.Testing.StarRocks.Loading;

/// <summary>Turns a body into rows of a table, and says which rows were not taken and why.</summary>
internal sealed class BodyReader(Table table, LoadHeaders headers)
{
    private const string Operation = "__op";

    public StagedRows Rows { get; } = new();

    public List<string> Errors { get; } = [];

    public long TotalRows { get; private set; }

    /// <summary>An error that ends the whole load, in the server's words; null when there was none.</summary>
    public string? Failure { get; private set; }

    public void Read(ReadOnlyMemory<byte> body)
    {
        if (headers.IsJson)
        {
            Failure = JsonBody.Read(body, headers.StripsArray, Take);
        }
        else
        {
            foreach (var fields in CsvBody.Read(body.Span, headers))
            {
                Take(Name(fields));
            }
        }
    }

    private Dictionary<string, Cell> Name(IReadOnlyList<Cell> fields)
    {
        var names = headers.Columns.Count > 0 ? headers.Columns : [.. table.Columns.Select(c => c.Name)];
        var row = new Dictionary<string, Cell>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < fields.Count; i++)
        {
            row[i < names.Count ? names[i] : $"#{i}"] = fields[i];
        }

        if (fields.Count != names.Count)
        {
            row["#count"] = new Cell($"Value count does not match column count. Expect {names.Count}, but got {fields.Count}.");
        }

        return row;
    }

    private void Take(Dictionary<string, Cell> fields)
    {
        TotalRows++;
        var row = new string?[table.Columns.Count];
        var objection = fields.TryGetValue("#count", out var count) ? count.Text : null;
        for (var i = 0; i < row.Length && objection is null; i++)
        {
            objection = Convert(table.Columns[i], fields.GetValueOrDefault(table.Columns[i].Name), out row[i]);
        }

        var operation = fields.GetValueOrDefault(Operation).Text ?? "0";
        if (operation is not ("" or "0" or "1"))
        {
            objection ??= $"invalid value for column '{Operation}': {operation}";
        }

        if (objection is not null)
        {
            Errors.Add($"Error: {objection}. Row: [{string.Join(", ", table.Columns.Select(c => fields.GetValueOrDefault(c.Name).Text ?? "NULL"))}]");
            return;
        }

        var keyBytes = table.Columns.Select((c, i) => c.IsKey ? System.Text.Encoding.UTF8.GetByteCount(row[i] ?? "") : 0).Sum();
        if (table.KeysType == "PRIMARY" && keyBytes > 128)
        {
            Failure = $"primary key size exceed the limit: {keyBytes} > 128";
        }

        Rows.Rows.Add((row, operation == "1"));
    }

    private string? Convert(TableColumn column, Cell cell, out string? value)
    {
        value = null;
        if (cell.Text is null)
        {
            return ValueRules.Objection(column, null);
        }

        if (column.Type == "VARBINARY")
        {
            // Hexadecimal digits in CSV; there is no way in JSON.
            if (headers.IsJson || cell.Text.Length % 2 != 0 || !cell.Text.All(char.IsAsciiHexDigit))
            {
                return $"Value '{cell.Text}' can not be converted to VARBINARY of column '{column.Name}'";
            }

            value = cell.Text.ToLowerInvariant();
        }
        else if (!ValueRules.TryConvert(column, cell.Text, out value) && headers.IsStrict)
        {
            return $"Value '{cell.Text}' is out of range or can not be converted. The type of '{column.Name}' is {column.Type}";
        }

        return ValueRules.Objection(column, value);
    }
}

/// <summary>A field of a body.</summary>
/// <param name="Text">Null for NULL and for what is missing.</param>
internal readonly record struct Cell(string? Text);
