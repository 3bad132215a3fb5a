using System.Reflection;
using CdcLake.Tests.Conventions;
using Microsoft.Extensions.Logging;

namespace CdcLake.Tests.Diagnostics;

/// <summary>Log messages have ids of their own, in the block of their area, and stand in the documentation.</summary>
public sealed class EventIdTests
{
    private static readonly Dictionary<string, (int First, int Last)> Blocks = new(StringComparer.Ordinal)
    {
        ["Source"] = (1000, 1099),
        ["Snapshot"] = (2000, 2099),
        ["Engine"] = (3000, 3099),
        ["Checkpoint"] = (4000, 4099),
        ["Lease"] = (4100, 4199),
        ["Sink"] = (5000, 5099),
        ["Hosting"] = (7000, 7099),
        ["Dashboard"] = (8000, 8099),
    };

    [Fact]
    public void Ids_are_unique() => Assert.Empty(Messages().GroupBy(m => m.Event.EventId).Where(g => g.Count() > 1).Select(g => g.Key));

    [Fact]
    public void Ids_lie_in_the_block_of_their_area() => Rule.Holds(
        Messages().Where(m => m.Event.EventId < Blocks[m.Area].First || m.Event.EventId > Blocks[m.Area].Last).Select(m => $"{m.Area}: {m.Event.EventId}"), "Blocks stand in this file.");

    [Fact]
    public void Messages_name_their_pipeline() =>
        Rule.Holds(Messages().Where(m => m.Area != "Dashboard").Where(m => !m.Event.Message.StartsWith("{Pipeline} ", StringComparison.Ordinal)).Select(m => $"{m.Event.EventId}: {m.Event.Message}"), "Begin it with {Pipeline}.");

    [Theory]
    [InlineData("src/CdcLake.Sdk/Diagnostics/README.md", false)]
    [InlineData("src/CdcLake.Sdk.AspNetCore/README.md", true)]
    public void Table_of_events_in_the_documentation_is_that_of_the_code(string path, bool isDashboard) => DocTable.Check(
        path, "events", ["id", "level", "category", "message"],
        Messages().Where(m => (m.Area == "Dashboard") == isDashboard).OrderBy(m => m.Event.EventId).Select(m => new[] { $"{m.Event.EventId}", $"{m.Event.Level}", $"`CdcLake.{m.Area}`", m.Event.Message }));

    private static IEnumerable<(string Area, LoggerMessageAttribute Event)> Messages()
    {
        var found =
            from type in typeof(Pipeline).Assembly.GetTypes().Concat(typeof(CdcLakeDashboardOptions).Assembly.GetTypes())
            from method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            let message = method.GetCustomAttribute<LoggerMessageAttribute>()
            where message is not null
            select (type.Name[..^"Log".Length], message);
        Assert.NotEmpty(found);
        return found;
    }
}
