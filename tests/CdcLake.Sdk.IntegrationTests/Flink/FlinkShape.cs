using System.Globalization;
using System.Text.Json;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Flink;

/// <summary>A pipeline in three languages: the chain, the Flink SQL that is made of it, and a SELECT of MySQL whose columns have the names of the table's.</summary>
/// <param name="Name">Also of the table; small letters.</param>
/// <param name="Build">Makes the pipeline of a name, from a source's tables into a table.</param>
/// <param name="Sql">Its rows as MySQL computes them.</param>
internal sealed record FlinkShape(string Name, Func<ShopTables, IcebergTable, string, Pipeline> Build, string Sql)
{
    /// <summary>The rows that Iceberg Java reads, in the form of <see cref="ExpectedAsync"/>; none while there is no table.</summary>
    public async Task<IReadOnlyList<string>> RowsAsync(ComparedLake lake)
    {
        var (exit, output, error) = await IcebergJava.RunAsync(["rows", .. lake.ForJava(Name)]);
        if (exit != 0)
        {
            return [$"Iceberg Java: {error}"];
        }

        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => Line(JsonDocument.Parse(l).RootElement.EnumerateObject().Select(p => (p.Name, Text(p.Value))))).Order(StringComparer.Ordinal)];
    }

    /// <summary>The rows of a table of StarRocks in the same form.</summary>
    public static IReadOnlyList<string> LinesOf(IEnumerable<IReadOnlyDictionary<string, string?>> rows) => [.. rows.Select(r => Line(r.Select(c => (c.Key, c.Value)))).Order(StringComparer.Ordinal)];

    /// <summary>What MySQL answers.</summary>
    public async Task<IReadOnlyList<string>> ExpectedAsync(MySqlDatabase database)
    {
        var answer = await database.Connection.QueryAsync(Sql, default);
        return [.. answer.Rows.Select(r => Line(r.Select((v, i) => (answer.Columns[i], v)))).Order(StringComparer.Ordinal)];
    }

    private static string Line(IEnumerable<(string Name, string? Value)> columns) =>
        string.Join(" | ", columns.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => $"{c.Name}={(c.Value is null ? "NULL" : Normal(c.Value))}"));

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };

    // Numbers without closing zeros, times with a blank and six digits: the same value has one text, whoever wrote it.
    private static string Normal(string text)
    {
        if (decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            var plain = number.ToString(CultureInfo.InvariantCulture);
            return plain.Contains('.', StringComparison.Ordinal) ? plain.TrimEnd('0').TrimEnd('.') is "-0" ? "0" : plain.TrimEnd('0').TrimEnd('.') : plain;
        }

        return text.Length >= 16 && text[4] == '-' && text[7] == '-' && text[10] is ' ' or 'T'
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture)
            : text;
    }
}

/// <summary>The shop's tables of one source.</summary>
/// <param name="Source">The server.</param>
/// <param name="Database">The shop's database.</param>
/// <param name="Checkpoints">Folder of the pipeline's state.</param>
internal sealed record ShopTables(MySqlSource Source, string Database, string Checkpoints)
{
    /// <summary>Options of the sinks.</summary>
    public Action<IcebergSinkOptions>? Sink { get; init; }

    public ChangeStream<Sale> Sales => Pipeline.FromMySqlBinlog(Source.Table<Sale>($"{Database}.sales"));

    public MySqlTable<Product> ProductTable => Source.Table<Product>($"{Database}.products");

    public ChangeStream<Product> Products => Pipeline.FromMySqlBinlog(ProductTable);

    public ChangeStream<Row> SalesRows => Pipeline.FromMySqlBinlog(Source.Table($"{Database}.sales"));

    public ChangeStream<Row> ProductRows => Pipeline.FromMySqlBinlog(Source.Table($"{Database}.products"));
}
