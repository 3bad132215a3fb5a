using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>What one transaction of <see cref="ShopWriters"/> does. False asks for a rollback: the rows it wanted are gone, or it is meant to be undone.</summary>
internal sealed class ShopTransaction(ServerSession connection, Random random, Func<string> newSale, Func<string> newProduct)
{
    public async Task<bool> ChangeAsync() => random.Next(100) switch
    {
        < 26 => await TransferAsync(),
        < 44 => await SellAsync(),
        < 56 => await RefundAsync(),
        < 66 => await RenameAsync(),
        < 78 => await MoveAsync(),
        < 84 => await LaunchAsync(),
        < 88 => await RetireAsync(),
        < 90 => await ChangeProductIdAsync(),
        < 92 => await ChangeSaleIdAsync(),
        < 94 => await RepriceAsync(),
        < 96 => await SellBeforeLaunchAsync(),
        < 98 => await AuditAsync(),
        _ => await TransferAsync() && await RetireAsync() && false,
    };

    private Task RunAsync(string statement) => connection.ExecuteAsync(statement, default);

    private async Task<string[]> ColumnAsync(string query) => [.. (await connection.QueryAsync(query, default)).Rows.Select(r => r[0]!)];

    // Random existing keys, locked. Sales without a product (quantity 0) are left alone.
    private async Task<string[]> SalesAsync(int count)
    {
        var from = await connection.ScalarAsync("SELECT MAX(id) FROM sales");
        var low = random.NextInt64(long.Parse(from!, System.Globalization.CultureInfo.InvariantCulture));
        var sales = await ColumnAsync($"SELECT id FROM sales WHERE id >= {low} AND product_id IN (SELECT id FROM products) ORDER BY id LIMIT {count} FOR UPDATE");
        return sales.Length == count ? sales : [];
    }

    private async Task<string[]> ProductsAsync(int count, string strength)
    {
        var ids = await ColumnAsync("SELECT id FROM products");
        var chosen = ids.Length < 20 ? [] : random.GetItems(ids, count).Distinct().Order(StringComparer.Ordinal).ToArray();
        var locked = chosen.Length == count ? await ColumnAsync($"SELECT id FROM products WHERE id IN ({string.Join(',', chosen)}) ORDER BY id {strength}") : [];
        return locked.Length == count ? locked : [];
    }

    private async Task<bool> TransferAsync()
    {
        if (await SalesAsync(2) is not [var from, var to])
        {
            return false;
        }

        var quantity = random.Next(1, 20);
        await RunAsync($"UPDATE sales SET qty = qty - {quantity} WHERE id = {from}");
        await RunAsync($"UPDATE sales SET qty = qty + {quantity}, sale_ts = sale_ts + INTERVAL {random.Next(5000) * 1000} MICROSECOND WHERE id = {to}");
        return true;
    }

    private string Sale(string product, int quantity) =>
        $"({newSale()}, {product}, {quantity}, {random.Next(1, 5000)}.{random.Next(10, 99)}, '2026-02-03 04:05:{random.Next(10, 60)}.{random.Next(100, 999)}', {random.GetItems(["'web'", "'shop'", "NULL"], 1)[0]}, {(random.Next(4) == 0 ? "NULL" : $"REPEAT('ñ', {random.Next(40)})")})";

    private Task InsertAsync(params string[] sales) => RunAsync($"INSERT INTO sales (id, product_id, qty, price, sale_ts, channel, note) VALUES {string.Join(',', sales)}");

    private async Task<bool> SellAsync()
    {
        if (await ProductsAsync(2, "FOR SHARE") is not [var one, var other])
        {
            return false;
        }

        var quantity = random.Next(1, 100);
        await InsertAsync(Sale(one, quantity), Sale(other, -quantity));
        return true;
    }

    private async Task<bool> RefundAsync()
    {
        if (await SalesAsync(2) is not [var gone, var kept])
        {
            return false;
        }

        var quantity = await connection.ScalarAsync($"SELECT qty FROM sales WHERE id = {gone}");
        await RunAsync($"DELETE FROM sales WHERE id = {gone}");
        await RunAsync($"UPDATE sales SET qty = qty + ({quantity}) WHERE id = {kept}");
        return true;
    }

    private async Task<bool> RenameAsync()
    {
        if (await ProductsAsync(1, "FOR UPDATE") is not [var product])
        {
            return false;
        }

        var changed = random.Next(3) == 0 ? $"sku = 'NEW-{random.Next(1000)}'" : $"name = 'Größe {random.Next(1000)} ☕'";
        await RunAsync($"UPDATE products SET {changed}, remark = '{{\"at\": {random.Next(100)}}}' WHERE id = {product}");
        return true;
    }

    private async Task<bool> MoveAsync()
    {
        if (await ProductsAsync(1, "FOR SHARE") is not [var product] || await SalesAsync(random.Next(1, 4)) is not { Length: > 0 } sales)
        {
            return false;
        }

        await RunAsync($"UPDATE sales SET product_id = {product} WHERE id IN ({string.Join(',', sales)})");
        return true;
    }

    private async Task<bool> LaunchAsync()
    {
        var orphans = await ColumnAsync("SELECT s.product_id FROM sales s LEFT JOIN products p ON p.id = s.product_id WHERE p.id IS NULL LIMIT 1");
        var product = orphans is [var wanted] ? wanted : newProduct();
        await RunAsync($"INSERT IGNORE INTO products (id, sku, name) VALUES ({product}, 'SKU-{product}', 'Nouveauté {product}')");
        await InsertAsync(Sale(product, 7), Sale(product, -7), Sale(product, 0));
        return true;
    }

    private async Task<bool> RetireAsync()
    {
        if (await ProductsAsync(2, "FOR UPDATE") is not [var gone, var kept])
        {
            return false;
        }

        var quantities = await ColumnAsync($"SELECT qty FROM sales WHERE product_id = {gone} FOR UPDATE");
        await RunAsync($"DELETE FROM sales WHERE product_id = {gone}");
        await RunAsync($"DELETE FROM products WHERE id = {gone}");
        await InsertAsync(Sale(kept, quantities.Sum(q => int.Parse(q, System.Globalization.CultureInfo.InvariantCulture))));
        return true;
    }

    private async Task<bool> ChangeProductIdAsync()
    {
        if (await ProductsAsync(1, "FOR UPDATE") is not [var product])
        {
            return false;
        }

        var changed = newProduct();
        await RunAsync($"UPDATE products SET id = {changed} WHERE id = {product}");
        await RunAsync($"UPDATE sales SET product_id = {changed} WHERE product_id = {product}");
        return true;
    }

    private async Task<bool> ChangeSaleIdAsync()
    {
        if (await SalesAsync(1) is not [var sale])
        {
            return false;
        }

        await RunAsync($"UPDATE sales SET id = {newSale()} WHERE id = {sale}");
        return true;
    }

    private async Task<bool> RepriceAsync()
    {
        if (await ProductsAsync(1, "FOR UPDATE") is not [var product])
        {
            return false;
        }

        await RunAsync($"UPDATE sales SET price = LEAST(ROUND(price * 1.01, 2), 99999.99) WHERE product_id = {product}");
        return true;
    }

    private async Task<bool> SellBeforeLaunchAsync()
    {
        await InsertAsync(Sale(newProduct(), 0));
        return true;
    }

    private async Task<bool> AuditAsync()
    {
        await RunAsync("INSERT INTO audit (what) VALUES ('nobody captures this table')");
        return random.Next(2) == 0 || await SellAsync();
    }
}
