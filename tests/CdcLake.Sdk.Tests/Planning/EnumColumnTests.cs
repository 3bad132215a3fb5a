using System.Globalization;
using System.Linq.Expressions;
using System.Numerics;
using System.Runtime.Serialization;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake.Tests.Planning;

/// <summary>ENUM columns read as .NET enums whose members are spelled or numbered otherwise than the labels.</summary>
public sealed class EnumColumnTests
{
    private enum Status
    {
        Closed = 20,
        Open = 10,

        [EnumMember(Value = "on hold")]
        OnHold = 30,

        Unknown = 0,
    }

    private sealed record Ticket(int Id, Status State, Status? Before);

    private sealed record Archived(int Id, Status State);

    private static readonly SourceTable Tickets = Table("desk.tickets", ("state", false, ["open", "closed", "on hold"]), ("before", true, ["OPEN", "CLOSED"]));

    private static readonly SourceTable Archive = Table("desk.archive", ("state", false, ["OPEN", "lost"]));

    private static readonly Dictionary<string, object?[][]> Rows = new()
    {
        ["desk.tickets"] = [Row(1, "open", null), Row(2, "closed", "OPEN"), Row(3, "on hold", "CLOSED"), Row(4, "open", "OPEN")],
        ["desk.archive"] = [Row(7, "OPEN"), Row(8, "lost")],
    };

    private static object?[] Row(int id, params object?[] labels) => [(BigInteger)id, .. labels];

    private static SourceTable Table(string name, params (string Name, bool Nullable, string[] Labels)[] columns)
    {
        var schema = new Schema(
        [
            new Field("id", DataType.Int32, Nullable: false),
            .. columns.Select(c => new Field(c.Name, DataType.String, c.Nullable) { Labels = [.. c.Labels] }),
        ]);
        return new SourceTable(name, schema, ["int", .. columns.Select(c => $"enum({string.Join(",", c.Labels.Select(l => $"'{l}'"))})")], [0], new Dictionary<int, string>());
    }

    private static ChangeStream<Ticket> TicketStream => ChangeStreams.FromTable<Ticket>(SampleTables.Source, "desk.tickets");

    private static string Run<T, TKey>(ChangeStream<T> stream, Expression<Func<T, TKey>> key, Dictionary<string, object?[][]>? rows = null)
    {
        var plan = Planner.Bind(LogicalPlan.Create(stream.AddSink("sink", NoTarget.Instance, key).Graph), new Dictionary<string, SourceTable> { ["desk.tickets"] = Tickets, ["desk.archive"] = Archive });
        return string.Join("; ", new PlanExecutor(plan, rows ?? Rows).Result());
    }

    private static string Ids(Expression<Func<Ticket, bool>> condition) => Run(TicketStream.Where(condition).Select(t => new { t.Id }), r => r.Id);

    [Fact]
    public void Members_spelled_in_another_case_match_their_labels()
    {
        var closed = Status.Closed;
        Status[] both = [Status.Open, Status.Closed];
        Assert.Equal("1; 4", Ids(t => t.State == Status.Open));
        Assert.Equal("1; 3; 4", Ids(t => t.State != closed));
        Assert.Equal("1; 2; 4", Ids(t => both.Contains(t.State)));
        Assert.Equal("2; 4", Ids(t => t.Before == Status.Open));
        Assert.Equal("1", Ids(t => t.Before == null));
    }

    [Fact]
    public void Member_with_a_given_label_matches_that_label() => Assert.Equal("3", Ids(t => t.State == Status.OnHold));

    [Fact]
    public void Member_without_a_label_is_refused_at_the_start_by_column_member_and_labels()
    {
        var message = Assert.Throws<SchemaMismatchException>(() => Ids(t => t.State == Status.Unknown)).Message;
        Assert.Contains("Status.Unknown", message, StringComparison.Ordinal);
        Assert.Contains("column state", message, StringComparison.Ordinal);
        Assert.Contains("'open', 'closed', 'on hold'", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Number_of_an_enum_is_the_value_of_its_member()
    {
        Assert.Equal("1|10|11; 2|20|21; 3|30|31; 4|10|11", Run(TicketStream.Select(t => new { t.Id, N = (int)t.State, L = (long)t.State + 1 }), r => r.Id));
        Assert.Equal("2|10; 3|20; 4|10", Run(TicketStream.Where(t => t.Before != null).Select(t => new { t.Id, N = (int?)t.Before }), r => r.Id));
        Assert.Equal("1|70|2", Run(TicketStream.Aggregate(g => new { One = 1, Sum = g.Sum(t => (int)t.State), Open = g.Count(t => (int)t.State == 10) }), r => r.One));
        Assert.Equal("10|2; 20|1; 30|1", Run(TicketStream.Aggregate(t => (int)t.State, g => new { g.Key, Rows = g.Count() }), r => r.Key));
    }

    [Fact]
    public void Order_of_enums_is_that_of_their_numbers() => Assert.Equal("2; 3", Ids(t => t.State > Status.Open));

    [Fact]
    public void Text_of_an_enum_is_the_name_of_its_member() =>
        Assert.Equal("1|Open; 2|Closed; 3|OnHold; 4|Open", Run(TicketStream.Select(t => new { t.Id, S = $"{t.State}" }), r => r.Id));

    [Fact]
    public void Column_keeps_its_labels_and_choices_take_them()
    {
        Assert.Equal("1|open; 2|closed; 3|open; 4|open", Run(TicketStream.Select(t => new { t.Id, S = t.Id == 3 ? Status.Open : t.State }), r => r.Id));
        Assert.Equal("1|CLOSED; 2|OPEN; 3|CLOSED; 4|OPEN", Run(TicketStream.Select(t => new { t.Id, S = t.Before ?? Status.Closed }), r => r.Id));
    }

    [Fact]
    public void Columns_with_other_lists_of_labels_compare_by_member()
    {
        Assert.Equal("4", Ids(t => t.State == t.Before));
        var archive = ChangeStreams.FromTable<Archived>(SampleTables.Source, "desk.archive");
        Assert.Equal("1|7; 4|7", Run(TicketStream.Join(archive, t => t.State, a => a.State, (t, a) => new { t.Id, Other = a.Id }), r => r.Id));
    }

    [Fact]
    public void Labels_are_known_behind_joins_and_aggregates()
    {
        var grouped = TicketStream.Aggregate(t => t.State, g => new { State = g.Key, First = g.Min(t => t.Before), Rows = g.Count() });
        Assert.Equal("open|OPEN|2", Run(grouped.Where(r => r.State == Status.Open && r.First == Status.Open), r => r.State));
    }

    [Fact]
    public void Rows_are_ordered_by_the_places_of_labels_and_by_their_text_where_that_is_asked_for()
    {
        var rows = new Dictionary<string, object?[][]> { ["desk.tickets"] = [.. Rows["desk.tickets"], Row(5, "", null)] };
        Assert.Equal("3", Run(TicketStream.TopN(1, t => t.State).Select(t => new { t.Id }), r => r.Id, rows));
        Assert.Equal("5", Run(TicketStream.TopN(1, t => t.State, ascending: true).Select(t => new { t.Id }), r => r.Id, rows));
        Assert.Equal("4", Run(TicketStream.TopN(1, t => new { Text = t.State.ToString(), t.Id }).Select(t => new { t.Id }), r => r.Id, rows));
        Assert.Equal("4", Run(TicketStream.Select(t => new { t.Id, Text = t.State.ToString() }).TopN(1, t => new { t.Text, t.Id }).Select(t => new { t.Id }), r => r.Id, rows));
    }

    [Fact]
    public void Number_of_a_column_with_a_label_that_is_no_member_is_refused_at_the_start()
    {
        var archive = ChangeStreams.FromTable<Archived>(SampleTables.Source, "desk.archive").Select(a => new { a.Id, N = (int)a.State });
        Assert.Contains("'lost'", Assert.Throws<SchemaMismatchException>(() => Run(archive, r => r.Id)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Number_of_a_value_that_is_no_label_is_an_error_where_it_counts()
    {
        var rows = new Dictionary<string, object?[][]> { ["desk.tickets"] = [Row(1, "", null), Row(2, "open", null)] };
        var error = Assert.Throws<UnsupportedTypeException>(() => Run(TicketStream.Select(t => new { t.Id, N = (int)t.State }), r => r.Id, rows));
        Assert.Contains("(int)state", error.Message, StringComparison.Ordinal);
        Assert.Equal("1|-1; 2|10", Run(TicketStream.Select(t => new { t.Id, N = t.Id == 1 ? -1 : (int)t.State }), r => r.Id, rows));
    }

    [Fact]
    public void Numbers_that_no_member_has_are_refused() => Assert.Contains(
        "99 is not a member", Assert.Throws<UnsupportedExpressionException>(() => Ids(t => (int)t.State == 99)).Message, StringComparison.Ordinal);

    [Fact]
    public void Set_column_is_no_enum()
    {
        var table = Archive with { NativeTypes = ["int", "set('OPEN','lost')"] };
        var stream = ChangeStreams.FromTable<Archived>(SampleTables.Source, "desk.archive").AddSink("sink", NoTarget.Instance, null);
        var message = Assert.Throws<SchemaMismatchException>(() => Planner.Bind(LogicalPlan.Create(stream.Graph), new Dictionary<string, SourceTable> { ["desk.archive"] = table })).Message;
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"set('OPEN','lost')"), message, StringComparison.Ordinal);
    }
}
