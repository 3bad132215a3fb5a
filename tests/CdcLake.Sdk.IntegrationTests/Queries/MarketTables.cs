using System.Globalization;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>A market: tables of the kinds that applications have, with random rows and random transactions over them.</summary>
/// <param name="random">Decides.</param>
internal sealed class MarketTables(Random random)
{
    private const int Ids = 14;

    private static readonly string[] Names = ["'Anna'", "'anna'", "'ÁNNA '", "'Bob'", "'bob'", "'Zoë'", "'zoe'", "''", "NULL", "'O''Neil'"];
    private static readonly string[] Countries = ["'DE'", "'de'", "'US'", "'FR'", "NULL"];
    private static readonly string[] Words = ["'fast'", "'Fast '", "'gift%'", "'a_b'", "'Straße'", "NULL", "''"];
    private static readonly string[] Tokens = ["0x00112233445566778899AABBCCDDEEFF", "0xFFEEDDCCBBAA99887766554433221100", "0x00000000000000000000000000000000"];
    private static readonly string[] Uids = ["'00112233-4455-6677-8899-aabbccddeeff'", "'FFEEDDCC-BBAA-9988-7766-554433221100'", "'00000000-0000-0000-0000-000000000000'"];
    private static readonly string[] Json = ["NULL", "'{\"color\": \"red\", \"size\": 3}'", "'{\"color\": null, \"list\": [1, {\"x\": \"ä\"}]}'", "'[1, 2]'", "'{\"size\": -2.50}'", "'\"text\"'"];

    /// <summary>Statements that make the tables with some rows.</summary>
    public IEnumerable<string> Create() =>
    [
        "DROP TABLE IF EXISTS customers, suppliers, articles, purchases, `lines`, payments, visits",
        """
        CREATE TABLE customers (id INT PRIMARY KEY, name VARCHAR(20) COLLATE utf8mb4_0900_ai_ci, email VARCHAR(30) COLLATE utf8mb4_general_ci NOT NULL, country VARCHAR(2) COLLATE utf8mb4_0900_as_ci,
          vip TINYINT(1) NOT NULL, credit DECIMAL(12,2), born DATE, uid CHAR(36) CHARACTER SET ascii NOT NULL, created DATETIME NOT NULL)
        """,
        "CREATE TABLE suppliers (id INT PRIMARY KEY, name VARCHAR(20) COLLATE utf8mb4_0900_ai_ci NOT NULL, country VARCHAR(2) COLLATE utf8mb4_0900_as_ci)",
        """
        CREATE TABLE articles (id INT PRIMARY KEY, sku VARCHAR(20) COLLATE utf8mb4_bin NOT NULL, category ENUM('toys','food','tools'), price DECIMAL(10,2) NOT NULL, tags JSON, supplier_id INT, weight DOUBLE)
        """,
        """
        CREATE TABLE purchases (id BIGINT UNSIGNED PRIMARY KEY, customer_id INT, status ENUM('new','paid','sent','back') NOT NULL, placed DATETIME(3) NOT NULL, shipped DATETIME,
          note VARCHAR(40) COLLATE utf8mb4_0900_ai_ci, token BINARY(16))
        """,
        "CREATE TABLE `lines` (purchase_id BIGINT UNSIGNED, number SMALLINT, article_id INT, qty INT NOT NULL, price DECIMAL(10,2) NOT NULL, discount DECIMAL(4,3), PRIMARY KEY (purchase_id, number))",
        "CREATE TABLE payments (id INT PRIMARY KEY, purchase_id BIGINT UNSIGNED, amount DECIMAL(12,2) NOT NULL, method VARCHAR(10) COLLATE utf8mb4_unicode_ci, paid_at TIMESTAMP(6) NOT NULL)",
        """
        CREATE TABLE visits (id INT PRIMARY KEY, customer_id INT, kind VARCHAR(10) COLLATE latin1_swedish_ci NOT NULL, at TIMESTAMP NOT NULL, took TIME(3), payload JSON, token VARCHAR(40) COLLATE utf8mb4_0900_ai_ci)
        """,
        .. Enumerable.Range(0, 70).Select(_ => Replace()),
    ];

    /// <summary>The statements of one transaction.</summary>
    public IEnumerable<string> Transaction() => ["BEGIN", .. Enumerable.Range(0, 1 + random.Next(8)).Select(_ => Change()), random.Next(10) == 0 ? "ROLLBACK" : "COMMIT"];

    private string Change() => random.Next(10) switch
    {
        0 => $"DELETE FROM {One("customers", "articles", "purchases", "suppliers", "payments", "visits")} WHERE id = {Id()}",
        1 => $"DELETE FROM `lines` WHERE purchase_id = {Purchase()} AND number > {random.Next(4)}",
        2 => $"UPDATE purchases SET status = {Status()}, shipped = {Maybe(Moment())} WHERE id % 3 = {random.Next(3)}",
        3 => $"UPDATE customers SET name = {One(Names)}, vip = {random.Next(3)}, country = {One(Countries)} WHERE id = {Id()}",
        4 => $"UPDATE articles SET price = price + {Money()} WHERE id <= {Id()} AND price < 1000",
        5 => $"UPDATE IGNORE purchases SET customer_id = {Maybe(Id())}, id = id + 1 WHERE id = {Purchase()}",
        _ => Replace(),
    };

    private string Replace() => random.Next(9) switch
    {
        0 => $"REPLACE INTO customers VALUES ({Id()}, {One(Names)}, {One("'A@x.com'", "'a@X.com'", "'b@x.com'")}, {One(Countries)}, {random.Next(3)}, {Maybe(Money())}, {Maybe(Day())}, {One(Uids)}, {Moment()})",
        1 => $"REPLACE INTO suppliers VALUES ({Id()}, {One("'Acme'", "'ACME'", "'Bolt'", "'Ünal'")}, {One(Countries)})",
        2 or 3 => $"REPLACE INTO articles VALUES ({Id()}, {One("'A-1'", "'a-1'", "'B-2'", "'C-3 '")}, {Maybe(One("'toys'", "'food'", "'tools'"))}, {Money()}, {One(Json)}, {Maybe(Id())}, {Maybe(One("0.25", "1.5", "-2", "1000"))})",
        4 or 5 => $"REPLACE INTO purchases VALUES ({Purchase()}, {Maybe(Id())}, {Status()}, {Moment()}, {Maybe(Moment())}, {One(Words)}, {Maybe(One(Tokens))})",
        6 or 7 => $"REPLACE INTO `lines` VALUES ({Purchase()}, {random.Next(1, 5)}, {Maybe(Id())}, {random.Next(-2, 12)}, {Money()}, {Maybe(One("0.1", "0.125", "0.5", "0"))})",
        _ when random.Next(2) == 0 => $"REPLACE INTO payments VALUES ({Id()}, {Maybe(Purchase())}, {Money()}, {One("'card'", "'CARD'", "'cash'", "NULL")}, {Moment()})",
        _ => $"REPLACE INTO visits VALUES ({Id()}, {Maybe(Id())}, {One("'view'", "'View'", "'buy'", "'über'")}, {Moment()}, {Maybe(One("'00:00:01.500'", "'26:00:00'", "'-00:30:00.001'"))}, {One(Json)}, {Maybe(One(Uids))})",
    };

    private string Id() => random.Next(1, Ids + 1).ToString(CultureInfo.InvariantCulture);

    private string Purchase() => random.Next(6) == 0 ? "18446744073709551610" : random.Next(1, 9).ToString(CultureInfo.InvariantCulture);

    private string Status() => One("'new'", "'paid'", "'sent'", "'back'");

    private string Money() => One("0.01", "9.99", "10.05", "100", "-3.33", "7.50");

    private string Day() => One("'2000-02-29'", "'1999-12-31'", "'2024-01-31'");

    private string Moment() => One("'2024-02-29 23:30:00'", "'2024-03-31 00:59:59'", "'2024-03-31 01:00:00'", "'2024-10-27 00:30:00'", "'2024-10-27 01:30:00'", "'2023-12-31 23:59:59'", "'2024-01-01 00:00:00'", "'2024-07-15 12:00:00'");

    private string Maybe(string value) => random.Next(4) == 0 ? "NULL" : value;

    private string One(params string[] values) => values[random.Next(values.Length)];
}
