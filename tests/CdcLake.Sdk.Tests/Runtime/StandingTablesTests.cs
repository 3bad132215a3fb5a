using CdcLake.Connectors;
using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

public sealed class StandingTablesTests
{
    [Theory]
    [InlineData("a:5 b:5", true, "")]
    [InlineData("a:5 b:-", true, "b")]
    [InlineData("a:5 a:- b:5", true, "a")] // of a table with two targets both have to stand
    [InlineData("a:- b:-", true, "")] // all begin anew
    [InlineData("a:5 b:3 c:4", true, "")] // the log brings them together
    [InlineData("a:5 b:3 c:5 d:-", false, "b d")] // it does not reach back to b
    public async Task Tables_that_the_log_cannot_go_on_for_come_later(string sinks, bool reachesBack, string expected)
    {
        var list = sinks.Split(' ').Select(s => s.Split(':')).Select(s => (s[0], s[1] == "-" ? null : (SourcePosition)new TestPosition(int.Parse(s[1], null)))).ToList();
        Assert.Equal(expected, string.Join(' ', await StandingTables.OthersAsync(list, _ => Task.FromResult(reachesBack))));
    }
}
