using System.Text;
using CdcLake.Columnar.Collations;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Joins, groups, DISTINCT, MIN and MAX on texts whose equality is not that of their bytes, held against MySQL's answer while rows change.</summary>
public sealed class CollatedQueryTests : IDisposable
{
    private const int Rounds = 6;

    private static readonly string[] Names = ["anna", "Anna", "ANNA ", "änna", "anna  ", "ß", "ss", "SS", "s", "bob", "Bob", "bob\t", "", " ", "Élan", "elan", "zoë", "ZOE"];

    private readonly TemporaryFolder _folder = new();

    private sealed record Person(int Id, string Name, string? Note);

    private sealed record Alias(int Id, string Name);

    private sealed record Total(string Name, long Rows, string? First, string? Last, long Notes, string? All, string? Down, string Ids);

    public void Dispose() => _folder.Dispose();

    [ServerTheory(TestServers.MySql)]
    [InlineData("utf8mb4_0900_ai_ci")]
    [InlineData("utf8mb4_0900_as_cs")]
    [InlineData("utf8mb4_general_ci")]
    [InlineData("latin1_swedish_ci")]
    public async Task Query_over_texts_is_the_servers_answer_after_every_change(string name)
    {
        var collation = TextCollation.Of(name);
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "collated");
        var text = $"VARCHAR(20) CHARACTER SET {name.Split('_')[0]} COLLATE {name}";
        await database.ExecuteAsync(
            $"CREATE TABLE people (id INT PRIMARY KEY, name {text} NOT NULL, note {text})", $"CREATE TABLE aliases (id INT PRIMARY KEY, name {text} NOT NULL)",
            $"INSERT INTO people VALUES {string.Join(",", Names.Select((n, i) => $"({i}, '{n}', '{Names[i * 7 % Names.Length]}')"))}",
            $"INSERT INTO aliases VALUES {string.Join(",", Names.Select((n, i) => $"({i}, '{Names[i * 5 % Names.Length]}')"))}");
        var source = new MySqlSource(database.ConnectionString);
        var view = new View<string, Total>("totals");
        await using var pipeline = Pipeline
            .FromMySqlBinlog(source.Table<Person>($"{database.Name}.people"))
            .Where(p => p.Name != "BOB")
            .Join(source.Table<Alias>($"{database.Name}.aliases"), p => p.Name, a => a.Name, (p, a) => new { p.Id, p.Name, p.Note })
            .Aggregate(x => x.Name, g => new Total(g.Key, g.Count(), g.Min(x => x.Note), g.Max(x => x.Note), g.CountDistinct(x => x.Note),
                g.Concat(x => x.Note, "|", x => x.Id), g.ConcatDescending(x => x.Note, "", x => x.Id), g.ConcatDistinct(x => "" + x.Id, ", ")!))
            .ToView(view, t => t.Name)
            .Build($"collated-{name.Replace('_', '-')}", o => o.CheckpointFolder = _folder["checkpoints"]);
        using var stop = new CancellationTokenSource();
        var running = pipeline.RunAsync(stop.Token);
        var random = new Random(12);
        for (var round = 0; round < Rounds; round++)
        {
            var seen = view.WaitForGtidAsync(await database.Connection.GtidExecutedAsync());
            await (await Task.WhenAny(seen, running));
            await CompareAsync(database, view, collation);
            await database.ExecuteAsync([.. Enumerable.Range(0, 8).Select(_ => Change(random))]);
        }

        await stop.CancelAsync();
        await running;
    }

    private static async Task CompareAsync(MySqlDatabase database, View<string, Total> view, TextCollation collation)
    {
        var answer = await database.Connection.QueryAsync(
            """
            SELECT HEX(CONVERT(MIN(CONVERT(CONVERT(p.name USING utf8mb4), BINARY)) USING utf8mb4)), COUNT(*), HEX(CONVERT(MIN(note) USING utf8mb4)), HEX(CONVERT(MAX(note) USING utf8mb4)), COUNT(DISTINCT note),
                HEX(CONVERT(GROUP_CONCAT(note ORDER BY p.id SEPARATOR '|') USING utf8mb4)), HEX(CONVERT(GROUP_CONCAT(note ORDER BY p.id DESC SEPARATOR '') USING utf8mb4)),
                GROUP_CONCAT(DISTINCT CAST(p.id AS CHAR) ORDER BY CAST(p.id AS CHAR) SEPARATOR ', ')
            FROM people p JOIN aliases a ON p.name = a.name WHERE p.name <> 'BOB' GROUP BY p.name
            """, default);
        var scratch = (new KeyBuffer(), new KeyBuffer());
        Assert.Equal(answer.Count, view.Count);
        foreach (var row in answer.Rows)
        {
            var own = view[Text(row[0])!];
            Assert.Equal($"{row[1]} {row[4]} {row[7]}", $"{own.Rows} {own.Notes} {own.Ids}");
            Assert.Equal((Text(row[5]), Text(row[6])), (own.All, own.Down));
            foreach (var (theirs, ours) in new[] { (Text(row[2]), own.First), (Text(row[3]), own.Last) })
            {
                Assert.Equal(theirs is null, ours is null);
                Assert.Equal(0, collation.Compare(Encoding.UTF8.GetBytes(theirs ?? ""), Encoding.UTF8.GetBytes(ours ?? ""), scratch));
            }
        }
    }

    private static string? Text(string? hex) => hex is null ? null : Encoding.UTF8.GetString(Convert.FromHexString(hex));

    private static string Change(Random random)
    {
        var (id, name, table) = (random.Next(30), Names[random.Next(Names.Length)], random.Next(2) == 0 ? "people" : "aliases");
        return random.Next(4) switch
        {
            0 => $"DELETE FROM {table} WHERE id = {id}",
            1 => $"REPLACE INTO {table} (id, name) VALUES ({id}, '{name}')",
            2 => $"UPDATE {table} SET name = UPPER(name) WHERE id % 5 = {id % 5}",
            _ => $"UPDATE people SET name = '{name}', note = LOWER(note) WHERE id = {id}",
        };
    }
}
