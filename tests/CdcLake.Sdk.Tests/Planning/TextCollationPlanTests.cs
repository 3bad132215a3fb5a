using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Connectors;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Tests.Planning;

/// <summary>Where plans compare texts by keys of their collation, where bytes do, and what is refused.</summary>
public sealed class TextCollationPlanTests
{
    private sealed record Account(int Id, string Name, string Note, string City);

    private sealed record Visit(int Id, string Name, string City);

    private static readonly SourceTable Accounts = Table("appdb.accounts", ("name", "utf8mb4_0900_ai_ci"), ("note", "utf8mb4_0900_bin"), ("city", "utf8mb4_de_pb_0900_ai_ci"));

    private static readonly SourceTable Visits = Table("appdb.visits", ("name", "utf8mb4_general_ci"), ("city", "utf8mb4_0900_ai_ci"));

    private static ChangeStream<Account> AccountsStream => ChangeStreams.FromTable<Account>(SampleTables.Source, Accounts.Name);

    private static ChangeStream<Visit> VisitsStream => ChangeStreams.FromTable<Visit>(SampleTables.Source, Visits.Name);

    [Fact]
    public void Group_by_text_goes_by_keys() =>
        Assert.Contains("by name by utf8mb4_0900_ai_ci", Explain(AccountsStream.Aggregate(a => a.Name, g => new { Name = g.Key, Count = g.Count() })), StringComparison.Ordinal);

    [Fact]
    public void Group_by_text_beside_the_primary_key_goes_by_bytes()
    {
        var plan = Explain(AccountsStream.Join(VisitsStream, a => a.Id, v => v.Id, (a, v) => new { a.Id, a.Name, v.City }).Aggregate(x => new { x.Id, x.Name }, g => new { g.Key.Id, g.Key.Name, Count = g.Count() }));
        Assert.DoesNotContain("by utf8mb4", plan, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_another_row_of_the_same_table_is_not_identified_by_its_key()
    {
        var plan = Explain(AccountsStream.Join(AccountsStream, a => a.Id, b => b.Id, (a, b) => new { a.Id, b.Name }).Aggregate(x => new { x.Id, x.Name }, g => new { g.Key.Id, g.Key.Name, Count = g.Count() }));
        Assert.Contains("name by utf8mb4_0900_ai_ci", plan.Replace("name'", "name", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Texts_that_compare_by_bytes_stay_as_they_are() =>
        Assert.DoesNotContain("utf8mb4", Explain(AccountsStream.Aggregate(a => a.Note, g => new { Note = g.Key, Least = g.Min(a => a.Note) })), StringComparison.Ordinal);

    [Fact]
    public void Bytes_decide_where_they_are_asked_for() =>
        Assert.DoesNotContain("utf8mb4", Explain(AccountsStream.Where(a => a.City.Equals("x", StringComparison.Ordinal)).Aggregate(a => SqlFunctions.Binary(a.City), g => new { City = g.Key, Count = g.Count() })), StringComparison.Ordinal);

    [Fact]
    public void Conditions_say_what_they_compare_by() =>
        Assert.Contains("(text by utf8mb4_0900_ai_ci)", Explain(AccountsStream.Where(a => a.Name == "x" || SqlFunctions.Like(a.Name, "y%"))), StringComparison.Ordinal);

    [Fact]
    public void Unknown_collation_may_be_copied() => Assert.DoesNotContain("de_pb", Explain(AccountsStream), StringComparison.Ordinal);

    public static TheoryData<string> Refusals => ["where", "like", "group", "distinct", "min", "join", "top"];

    [Theory]
    [MemberData(nameof(Refusals))]
    public void Unknown_collation_is_refused_where_it_matters(string use)
    {
        var error = Assert.Throws<UnsupportedTypeException>(() => use switch
        {
            "where" => Explain(AccountsStream.Where(a => a.City == "x")),
            "like" => Explain(AccountsStream.Where(a => SqlFunctions.Like(a.City, "x%"))),
            "group" => Explain(AccountsStream.Aggregate(a => a.City, g => new { City = g.Key, Count = g.Count() })),
            "distinct" => Explain(AccountsStream.Select(a => new { a.City }).Distinct()),
            "min" => Explain(AccountsStream.Aggregate(a => a.Id, g => new { Id = g.Key, Least = g.Min(a => a.City) })),
            "join" => Explain(AccountsStream.Join(AccountsStream, a => a.City, b => b.City, (a, b) => new { A = a.Id, B = b.Id })),
            _ => Explain(AccountsStream.TopN(3, a => a.City)),
        });
        Assert.Contains("utf8mb4_de_pb_0900_ai_ci", error.Message, StringComparison.Ordinal);
        Assert.Contains("city", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Collations_that_MySQL_does_not_mix_are_refused()
    {
        var error = Assert.Throws<UnsupportedTypeException>(() => Explain(AccountsStream.Join(VisitsStream, a => a.Name, v => v.Name, (a, v) => new { A = a.Id, B = v.Id })));
        Assert.Contains("utf8mb4_0900_ai_ci and utf8mb4_general_ci", error.Message, StringComparison.Ordinal);
    }

    private static SourceTable Table(string name, params (string Name, string Collation)[] texts)
    {
        var table = SampleTables.Table(name, ["id"], [("id", DataType.Int32, false, "int"), .. texts.Select(t => (t.Name, DataType.String, false, "varchar(100)"))]);
        return table with { Schema = new Schema(table.Schema.Fields.Select((f, i) => i == 0 ? f : f with { Collation = TextCollation.Of(texts[i - 1].Collation) })) };
    }

    private static string Explain<T>(ChangeStream<T> stream)
    {
        stream.AddSink("sink", NoTarget.Instance, null);
        return Planner.Bind(LogicalPlan.Create(stream.Graph), new[] { Accounts, Visits }.ToDictionary(t => t.Name)).Explain();
    }
}
