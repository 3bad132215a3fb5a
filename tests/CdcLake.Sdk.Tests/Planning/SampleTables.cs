using CdcLake.Columnar;
using CdcLake.Connectors;

namespace CdcLake.Tests.Planning;

internal sealed record Sale(long Id, int ProductId, int Qty, decimal Price, DateTime SaleTs);

internal sealed record Product(int Id, string Sku, string Name);

internal sealed record SalesByProduct(
    int ProductId, string ProductSku, string ProductName, long TotalQty, decimal TotalRevenue, long SaleCount, DateTime LastSaleTs);

/// <summary>The tables of the sample job as a source would describe them.</summary>
internal static class SampleTables
{
    public static readonly NoTarget Source = new();

    public static SourceTable Sales { get; } = Table(
        "appdb.sales", ["id"],
        ("id", DataType.Int64, false, "bigint"),
        ("product_id", DataType.Int32, false, "int"),
        ("note", DataType.String, true, "text"),
        ("qty", DataType.Int32, false, "int"),
        ("price", DataType.Decimal(10, 2), false, "decimal(10,2)"),
        ("sale_ts", DataType.Timestamp(3), false, "timestamp(3)"));

    public static SourceTable Products { get; } = Table(
        "appdb.products", ["id"],
        ("id", DataType.Int32, false, "int"),
        ("sku", DataType.String, false, "varchar(64)"),
        ("name", DataType.String, false, "varchar(255)"));

    public static SourceTable Users { get; } = Table(
        "testdb.users", ["id"],
        ("id", DataType.Int64, false, "bigint"),
        ("email", DataType.String, true, "varchar(255)"),
        ("active", new DataType(TypeKind.Int8), false, "tinyint(1)"),
        ("born", DataType.Date, true, "date"));

    public static Dictionary<string, SourceTable> All { get; } =
        new[] { Sales, Products, Users }.ToDictionary(t => t.Name);

    public static SourceTable Table(string name, string[] key, params (string Name, DataType Type, bool Nullable, string Native)[] columns)
    {
        var schema = new Schema(columns.Select(c => new Field(c.Name, c.Type, c.Nullable)));
        return new SourceTable(
            name, schema, [.. columns.Select(c => c.Native)], [.. key.Select(schema.IndexOf)], new Dictionary<int, string>());
    }

    public static ChangeStream<Sale> SalesStream() => ChangeStreams.FromTable<Sale>(Source, "appdb.sales");

    public static ChangeStream<Product> ProductsStream() => ChangeStreams.FromTable<Product>(Source, "appdb.products");

    public static ChangeStream<Row> UsersStream() => ChangeStreams.FromTable<Row>(Source, "testdb.users");
}
