using System.Linq.Expressions;
using CdcLake.Planning.Logical;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>A row of every random table.</summary>
internal sealed record Item(
    int? Id, int? A, long? B, ulong? U, decimal? D, decimal? E, double? F, double? G, string? S, string? T, string? X, DateTime? Moment, DateOnly? Day, Color? Kind, bool? Ok);

/// <summary>Tables of one form with random collations and nullability, random rows, and random transactions.</summary>
internal sealed class RandomTables
{
    public const int Count = 3;

    private const int Ids = 18;

    /// <summary>Of every family of comparison rules: accents, case, padding, code points, bytes.</summary>
    private static readonly string[] Collations =
    [
        "utf8mb4_0900_ai_ci", "utf8mb4_0900_as_ci", "utf8mb4_0900_as_cs", "utf8mb4_0900_bin", "utf8mb4_general_ci", "utf8mb4_unicode_ci", "utf8mb4_bin", "latin1_swedish_ci",
    ];

    private readonly Random _random;
    private readonly IReadOnlyList<(string Name, string Sql, SqlType Type)> _columns;
    private readonly bool[] _required;

    public RandomTables(Random random)
    {
        _random = random;
        var (first, second) = (Collations[random.Next(Collations.Length)], Collations[random.Next(Collations.Length)]);
        _columns =
        [
            ("Id", "INT PRIMARY KEY", SqlType.Integer(typeof(int), 100)), ("A", "INT", SqlType.Integer(typeof(int), int.MaxValue + 1d)), ("B", "BIGINT", SqlType.Integer(typeof(long), 9.3e18)),
            ("U", "BIGINT UNSIGNED", new SqlType(SqlKind.Unsigned, typeof(ulong))), ("D", "DECIMAL(10,2)", SqlType.Decimal(8, 2) with { IsStored = true }), ("E", "DECIMAL(20,6)", SqlType.Decimal(14, 6) with { IsStored = true }),
            ("F", "DOUBLE", SqlType.Double(1000, 2)), ("G", "DOUBLE", SqlType.Double(double.PositiveInfinity, 0)),
            ("S", Varchar(first), SqlType.Text(first)), ("T", Varchar(second), SqlType.Text(second)), ("X", Varchar("utf8mb4_0900_bin"), SqlType.Text("utf8mb4_0900_bin")),
            ("Moment", "DATETIME(6)", SqlType.Moment), ("Day", "DATE", SqlType.Day), ("Kind", "ENUM('Red','Green','Blue')", new SqlType(SqlKind.Enum, typeof(Color))), ("Ok", "TINYINT(1)", SqlType.Truth),
        ];
        _required = [.. _columns.Select((_, i) => i == 0 || random.Next(4) == 0)];
    }

    /// <summary>Statements that create the tables with some rows.</summary>
    public IEnumerable<string> Create() => Enumerable.Range(0, Count).SelectMany(t => (string[])
    [
        $"DROP TABLE IF EXISTS t{t}",
        $"CREATE TABLE t{t} ({string.Join(", ", _columns.Select((c, i) => $"{c.Name.ToLowerInvariant()} {c.Sql}{(_required[i] ? " NOT NULL" : "")}"))})",
        .. Enumerable.Range(0, t == 2 ? 2 : 8).Select(_ => Replace(t)),
    ]);

    /// <summary>The tables as queries.</summary>
    public Relation[] Relations(MySqlSource source, string database) =>
        [.. Enumerable.Range(0, Count).Select(t => Relation(t, Pipeline.FromMySqlBinlog(source.Table<Item>($"{database}.t{t}")).Stream))];

    private Relation Relation(int table, LogicalStream stream)
    {
        var columns = _columns.Select(c => c.Type.Kind == SqlKind.Truth ? "ok <> 0 AS ok" : c.Name.ToLowerInvariant());
        return new Relation(stream, $"SELECT {string.Join(", ", columns)} FROM t{table}", typeof(Item), [.. _columns.Select(c => (c.Name, c.Type))], Ids, []);
    }

    /// <summary>The statements of one transaction; some are rolled back.</summary>
    public IEnumerable<string> Transaction() => ["BEGIN", .. Enumerable.Range(0, 1 + _random.Next(6)).Select(_ => Change()), _random.Next(12) == 0 ? "ROLLBACK" : "COMMIT"];

    private string Change()
    {
        var (table, id) = (_random.Next(Count), Id());
        var column = 1 + _random.Next(_columns.Count - 1);
        var name = _columns[column].Name.ToLowerInvariant();
        return _random.Next(table == 2 ? 9 : 8) switch
        {
            0 or 1 or 2 => Replace(table),
            3 => $"DELETE FROM t{table} WHERE id = {id}",
            4 => $"UPDATE IGNORE t{table} SET id = {Id()} WHERE id = {id}",
            5 => $"UPDATE t{table} SET {name} = {Value(column)} WHERE id % 3 = {id % 3}",
            6 => $"UPDATE t{table} SET f = -f, {name} = {Value(column)}",
            7 => $"UPDATE t{table} SET {name} = {Value(column)} WHERE id = {id}",
            _ => $"DELETE FROM t{table}",
        };
    }

    private int Id() => _random.Next(1, Ids + 1);

    private string Replace(int table) => $"REPLACE INTO t{table} VALUES ({Id()}, {string.Join(", ", Enumerable.Range(1, _columns.Count - 1).Select(Value))})";

    private string Value(int column) => !_required[column] && _random.Next(5) == 0 ? "NULL" : RandomValues.Of(_columns[column].Type, _random).Sql;

    private static string Varchar(string collation) => $"VARCHAR(10) CHARACTER SET {collation.Split('_')[0]} COLLATE {collation}";
}
