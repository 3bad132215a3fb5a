using System.Globalization;
using System.Linq.Expressions;
using System.Text.RegularExpressions;
using CdcLake.Expressions.Translation;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>
/// For each row of the table of C# in <c>Expressions/README.md</c>, what it gives for nasty values is what MySQL gives, from the log of a real table to the result. Rows that have nothing to compute are
/// named as such.
/// </summary>
public sealed partial class FunctionRowTests
{
    private static readonly string[] Without = ["columns", "results", "missing rows", "groups"]; // SubsetTests and the tests of plans; the queries beside the server

    [ServerFact(TestServers.MySql)]
    public async Task Every_row_of_the_table_gives_what_the_server_gives()
    {
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "function_rows");
        await database.ExecuteAsync(["SET SESSION time_zone = '+00:00', sql_mode = CONCAT(@@sql_mode, ',NO_ZERO_DATE,NO_ZERO_IN_DATE')", .. NastyTable.Create]);
        var table = Pipeline.FromMySqlBinlog(new MySqlSource(database.ConnectionString).Table<Nasty>($"{database.Name}.nasty"));
        var queries = Cases().Select((c, i) => c.Query($"{c.Row} {i}", table)).ToList();
        string[][] changes = [["UPDATE nasty SET id = id + 100"], ["UPDATE nasty SET n = m, m = n, s = p, p = s, x = -x, t = u, u = t, d = DATE(t) WHERE id <> 108"], ["DELETE FROM nasty WHERE id % 2 = 0"]];
        var differing = await new QueriesBesideServer(database, "function-rows").RunAsync(queries, changes);
        var descriptions = new List<string>();
        foreach (var query in differing)
        {
            descriptions.Add(await query.DescribeAsync(database));
        }

        Assert.True(differing.Count == 0, string.Join("\n\n", descriptions));
    }

    [Fact]
    public void Every_row_of_the_table_has_a_case()
    {
        var rows = File.ReadLines(Path.Combine(Pipelines.Repository.Root, "src/CdcLake.Sdk/Expressions/README.md")).Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1)
            .Select(l => l.Split('|')[1].Trim()).Where(r => !r.StartsWith("--", StringComparison.Ordinal)).ToList();
        Assert.True(rows.Count > 25);
        Assert.Equal([], rows.Except(Without).Except(Cases().Select(c => c.Row)));
        Assert.Equal([], Cases().Select(c => c.Row).Except(rows));
    }

    private static Case Of<T>(string row, Expression<Func<Nasty, T>> lambda, string sql) => new(row, lambda, sql);

    /// <param name="Row">Of the table.</param>
    /// <param name="Lambda">In C#.</param>
    /// <param name="Sql">In SQL.</param>
    private sealed record Case(string Row, LambdaExpression Lambda, string Sql)
    {
        public ShownQuery Query(string name, ChangeStream<Nasty> table)
        {
            var bare = Nullable.GetUnderlyingType(Lambda.ReturnType) ?? Lambda.ReturnType;
            var type = bare == typeof(string) ? SqlType.Text("utf8mb4_bin")
                : bare == typeof(DateTime) || bare == typeof(DateTimeOffset) ? new SqlType(SqlKind.DateTime, bare)
                : bare == typeof(DateOnly) ? SqlType.Day
                : bare == typeof(bool) ? SqlType.Truth
                : bare == typeof(double) ? SqlType.Double(double.PositiveInfinity, 0)
                : new SqlType(SqlKind.Decimal, bare);
            var row = Lambda.Parameters[0];
            var id = Term.Of(Expression.Property(row, nameof(Nasty.Id)), "t.id", SqlType.Integer(typeof(int), 1e9));
            var relation = Relation.Of(r => table.Stream.Select(r), [row], [id, Term.Of(Lambda.Body, Sql, type)], "nasty t", 0);
            return new ShownQuery(name, relation);
        }
    }
}
