using System.Linq.Expressions;
using CdcLake.Planning.Logical;
using CdcLake.Tests.Planning;

namespace CdcLake.Tests.Expressions;

public sealed class UnsupportedExpressionTests
{
    private static string Message<T>(Expression<Func<Sale, T>> selector)
    {
        Expression<Func<T, T>> key = r => r;
        var stream = SampleTables.SalesStream().Select(selector).AddSink("sink", new object(), key);
        return Assert.Throws<UnsupportedExpressionException>(() => LogicalPlan.Create(stream.Graph)).Message;
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
        Assert.Contains("StartsWith", Message(s => s.Price.ToString().PadLeft(10)), StringComparison.Ordinal);

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
    public void Case_insensitive_comparison_is_refused() =>
        Assert.Contains("StringComparison.Ordinal", Message(s => s.Price.ToString().StartsWith("a", StringComparison.OrdinalIgnoreCase)), StringComparison.Ordinal);

    [Fact]
    public void Nothing_is_translated_before_build() => SampleTables.SalesStream().Select(s => Twice(s.Qty));
}
