using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Flink;

internal sealed record Sale(
    long Id, int? ProductId, int Qty, decimal Price, double? Discount, string? Note, DateTime SaleTs, DateTime At, DateOnly Day, TimeSpan? Took, uint Code, string Region);

internal enum Kind
{
    Tool,
    Toy,
    Food,
}

internal sealed record Product(int Id, string Sku, string Name, decimal? Price, bool Active, Kind Kind, string? Parent);

/// <summary>Two tables of a shop whose texts compare by bytes, as they do in Flink, and random transactions over them.</summary>
internal sealed class FlinkShop(MySqlDatabase database, Random random)
{
    private const string Options = "CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin";
    private static readonly string[] Notes = ["", "gift", "Gift wrapped", "zażółć 日本 ☕", "a,b,,c", "  spaced\t", "100% _sure_!", "x"];
    private static readonly string[] Regions = ["north", "south", "east"];
    private int _lastSale;

    public static string[] Create =>
    [
        $"""
        CREATE TABLE products (id INT PRIMARY KEY, sku VARCHAR(20) NOT NULL, name VARCHAR(60) NOT NULL, price DECIMAL(10,2), active TINYINT(1) NOT NULL, kind ENUM('Tool','Toy','Food') NOT NULL, parent VARCHAR(20)) {Options}
        """,
        $"""
        CREATE TABLE sales (id BIGINT PRIMARY KEY, product_id INT, qty INT NOT NULL, price DECIMAL(10,2) NOT NULL, discount DOUBLE, note VARCHAR(60), sale_ts TIMESTAMP(3) NOT NULL,
            at DATETIME(6) NOT NULL, day DATE NOT NULL, took TIME(6), code INT UNSIGNED NOT NULL, region VARCHAR(10) NOT NULL) {Options}
        """,
    ];

    public async Task FillAsync()
    {
        await database.ExecuteAsync([.. Create, .. Enumerable.Range(1, 12).Select(Product), .. Enumerable.Range(0, 40).Select(_ => NewSale())]);
    }

    /// <summary>One transaction of one to five changes.</summary>
    public async Task TransactAsync()
    {
        string[] changes = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Change())];
        await database.ExecuteAsync(["START TRANSACTION", .. changes, "COMMIT"]);
    }

    private string Change() => random.Next(10) switch
    {
        < 4 => NewSale(),
        4 => $"DELETE FROM sales WHERE id = {random.Next(_lastSale) + 1}",
        5 => $"REPLACE INTO sales VALUES {SaleOf(random.Next(_lastSale) + 1)}",
        6 => $"UPDATE sales SET qty = {random.Next(-3, 20)}, product_id = {ProductId()}, note = {Note()} WHERE id = {random.Next(_lastSale) + 1}",
        7 => $"UPDATE products SET name = 'p{random.Next(9)}', price = {Price()} WHERE id = {random.Next(13)}",
        8 => $"DELETE FROM products WHERE id = {random.Next(13)}",
        _ => Product(random.Next(13)),
    };

    private string NewSale() => $"INSERT INTO sales VALUES {SaleOf(++_lastSale)}";

    private string SaleOf(int id) => string.Create(
        CultureInfo.InvariantCulture,
        $"({id}, {ProductId()}, {random.Next(-3, 20)}, {random.Next(100_000) / 100m}, {(random.Next(5) == 0 ? "NULL" : (random.Next(2000) - 1000) / 8.0)}, {Note()}, '{Moment():yyyy-MM-dd HH:mm:ss.fff}', '{Moment().AddYears(-random.Next(80)):yyyy-MM-dd HH:mm:ss.ffffff}', '{Moment():yyyy-MM-dd}', {Took()}, {random.NextInt64(1L << 32)}, '{Regions[random.Next(3)]}')");

    private string Product(int id) => string.Create(
        CultureInfo.InvariantCulture, $"REPLACE INTO products VALUES ({id}, 'sku-{random.Next(40)}', 'p{random.Next(9)}', {Price()}, {random.Next(2)}, {random.Next(3) + 1}, {(random.Next(3) == 0 ? "NULL" : $"'sku-{random.Next(40)}'")})");

    private string ProductId() => random.Next(6) == 0 ? "NULL" : random.Next(13).ToString(CultureInfo.InvariantCulture);

    private string Price() => random.Next(6) == 0 ? "NULL" : (random.Next(100_000) / 100m).ToString(CultureInfo.InvariantCulture);

    private string Note() => random.Next(5) == 0 ? "NULL" : $"'{Notes[random.Next(Notes.Length)]}'";

    private string Took() => random.Next(5) == 0 ? "NULL" : string.Create(CultureInfo.InvariantCulture, $"'{(random.Next(4) == 0 ? "-" : "")}{random.Next(800)}:{random.Next(60)}:{random.Next(60)}.{random.Next(1_000_000):000000}'");

    private DateTime Moment() => new DateTime(2020, 1, 1).AddSeconds(random.Next(150_000_000)).AddMicroseconds(random.Next(1_000_000));
}
