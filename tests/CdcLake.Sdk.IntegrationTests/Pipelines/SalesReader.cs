using System.Globalization;
using System.Text.Json;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Reads <c>demo.sales_by_product</c> at a snapshot as lines of <see cref="Answer"/>, with independent implementations of Iceberg.</summary>
internal static class SalesReader
{
    private static readonly string[] Columns =
        ["product_id", "product_sku", "product_name", "total_qty", "total_revenue", "sale_count", "last_sale_ts"];

    public static async Task<IReadOnlyList<string>> JavaAsync(LakeTable table, LakeSnapshot snapshot) => [..
        from row in await IcebergJava.RowsAsync(table.Folder, snapshot.Id)
        orderby row.GetProperty(Columns[0]).GetInt64()
        select Answer.Line(Columns.Select(c => Text(c, row.GetProperty(c))))];

    public static IReadOnlyList<string> ClickHouseSays(LakeTable table, LakeSnapshot snapshot)
    {
        var folder = Path.GetFileName(table.Folder);
        var rows = ClickHouse.Query(
            "SELECT product_id, hex(product_sku), hex(product_name), total_qty, toDecimalString(total_revenue, 2), sale_count, toTimeZone(last_sale_ts, 'UTC') "
            + string.Create(CultureInfo.InvariantCulture, $"FROM icebergLocal('{folder}') ORDER BY product_id SETTINGS iceberg_snapshot_id = {snapshot.Id}"),
            Path.GetDirectoryName(table.Folder)!);
        return [..
            from line in rows.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            let v = line.Split('\t')
            select Answer.Line([v[0], Unhex(v[1]), Unhex(v[2]), v[3], v[4], v[5], v[6] == @"\N" ? null : Answer.Milliseconds(v[6])])];
    }

    private static string Unhex(string hex) => System.Text.Encoding.UTF8.GetString(Convert.FromHexString(hex));

    /// <summary>A value as MySQL prints it.</summary>
    public static string? Text(string column, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Number => value.GetRawText(),
        _ when column.EndsWith("sale_ts", StringComparison.Ordinal) => Answer.Milliseconds(value.GetString()!),
        _ => value.GetString(),
    };
}
