using System.Linq.Expressions;
using CdcLake.Planning.Logical;
using CdcLake.Tests.Planning;

namespace CdcLake.Tests.Expressions;

public sealed class UnsupportedExpressionTests
{
    private static string Message<T>(Expression<Func<Sale, T>> selector)
    {
        var stream = SampleTables.SalesStream();
        return Assert.Throws<UnsupportedExpressionException>(() => stream.Select(selector)).Message;
    }

    private static int Twice(int value) => value * 2;

    [Fact]
    public void Own_methods_are_refused_with_the_printed_call()
    {
        var message = Message(s => s.Id + Twice(s.Qty));
        Assert.Contains("Twice(s.Qty)", message, StringComparison.Ordinal);
        Assert.Contains("README", message, StringComparison.Ordinal);
    }

    [Fact]
    public void String_methods_outside_the_subset_name_those_inside() =>
        Assert.Contains("StartsWith", Message(s => s.Price.ToString().Normalize()), StringComparison.Ordinal);

    [Fact]
    public void The_current_time_is_refused() => Assert.Contains("local variable", Message(s => s.SaleTs > DateTime.UtcNow), StringComparison.Ordinal);

    [Fact]
    public void Formats_in_interpolation_are_refused() => Assert.Contains("{value}", Message(s => $"{s.Qty:N2}"), StringComparison.Ordinal);

    [Fact]
    public void Text_of_dates_is_refused() => Assert.Contains("depends on a format", Message(s => "at " + s.SaleTs), StringComparison.Ordinal);

    [Fact]
    public void Captured_objects_are_refused()
    {
        var map = new Dictionary<int, string> { [1] = "a" };
        var message = Message(s => map[s.Qty]);
        Assert.Contains("map.get_Item(s.Qty)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Comparison_by_culture_is_refused() =>
        Assert.Contains("StringComparison.Ordinal", Message(s => s.Price.ToString().StartsWith("a", StringComparison.InvariantCultureIgnoreCase)), StringComparison.Ordinal);

    [Fact]
    public void Lambda_is_translated_where_it_is_written_and_reads_its_variables_there()
    {
        var limit = 5;
        var stream = SampleTables.SalesStream().Where(s => s.Qty > limit);
        limit = 6;
        var error = Assert.Throws<UnsupportedExpressionException>(() => stream.Where(s => Twice(s.Qty) > limit));
        Assert.Contains("(Qty > 5)", LogicalPlan.Create(stream.AddSink("sink", NoTarget.Instance, null).Graph).Explain(), StringComparison.Ordinal);
        Assert.Contains(nameof(Lambda_is_translated_where_it_is_written_and_reads_its_variables_there), error.StackTrace, StringComparison.Ordinal);
    }
}
