using System.Globalization;
using CdcLake;

namespace Quickstart;

/// <summary>The rows of <c>demo.sales_by_product</c>, in the order of their key.</summary>
internal sealed class ResultTable
{
    private readonly List<string[]> _rows = [];

    public static async Task<ResultTable> ReadAsync(IcebergTable table)
    {
        var rows = new List<SalesByProduct>();
        await foreach (var row in table.ReadAsync())
        {
            rows.Add(new SalesByProduct(
                row.Get<int>("product_id"), row.Get<string>("product_sku"), row.Get<string>("product_name"), row.Get<long>("total_qty"),
                row.Get<decimal>("total_revenue"), row.Get<long>("sale_count"), row.Get<DateTime?>("last_sale_ts")));
        }

        var result = new ResultTable();
        foreach (var r in rows.OrderBy(r => r.ProductId))
        {
            result._rows.Add([
                Text(r.ProductId), r.ProductSku, r.ProductName, Text(r.TotalQty), r.TotalRevenue.ToString("F2", CultureInfo.InvariantCulture),
                Text(r.SaleCount), r.LastSaleTs?.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture) ?? "NULL"]);
        }

        return result;
    }

    /// <summary>One line per row, values separated by tabs, as the <c>mysql</c> client prints them.</summary>
    public IEnumerable<string> Lines() => _rows.Select(r => string.Join('\t', r));

    public void Print(TextWriter output, int rows)
    {
        string[] header = ["product_id", "product_sku", "product_name", "total_qty", "total_revenue", "sale_count", "last_sale_ts"];
        var shown = _rows.Take(rows).ToArray();
        var widths = header.Select((h, i) => shown.Select(r => Width(r[i])).Append(h.Length).Max()).ToArray();
        output.WriteLine(Line(header, widths));
        output.WriteLine(string.Join("  ", widths.Select(w => new string('-', w))));
        foreach (var row in shown)
        {
            output.WriteLine(Line(row, widths));
        }

        if (_rows.Count > shown.Length)
        {
            output.WriteLine($"… and {_rows.Count - shown.Length} more rows");
        }
    }

    // Numbers and times to the right; the two text columns to the left.
    private static string Line(string[] cells, int[] widths) => string.Join("  ", cells.Select((c, i) =>
        i is 1 or 2 ? c + new string(' ', widths[i] - Width(c)) : new string(' ', widths[i] - Width(c)) + c)).TrimEnd();

    private static int Width(string text) => new StringInfo(text).LengthInTextElements;

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
