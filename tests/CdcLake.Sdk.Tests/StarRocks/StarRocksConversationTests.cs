using System.Text;
using System.Text.RegularExpressions;
using CdcLake.Testing;
using CdcLake.Tests.Conventions;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>
/// What the client says to a cluster of each kind for the same two commits of a table, hop by hop with all headers: texts beside this file, to be compared with StarRocks' documents. After
/// an intended change run the tests once with CDCLAKE_APPROVE=1, which rewrites them.
/// </summary>
public sealed partial class StarRocksConversationTests
{
    private const string Folder = "tests/CdcLake.Sdk.Tests/StarRocks/Conversations";

    [Theory]
    [InlineData("2.4.0")]
    [InlineData("3.3.5")]
    [InlineData("4.0.2")]
    public async Task The_client_says_what_it_said(string version)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await StarRocksPipeline.RunAsync(new ScriptedSource([ScriptedEpoch.Insert(1, 10), ScriptedEpoch.Update(1, 10, 11)]), Targets(server));
        var actual = Write(server);
        var path = $"{Folder}/{version}.txt";
        if (Environment.GetEnvironmentVariable("CDCLAKE_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.Combine(SourceTree.Root, Folder));
            await File.WriteAllTextAsync(Path.Combine(SourceTree.Root, path), actual);
        }

        Assert.Equal(SourceTree.Read(path).Text, actual);
    }

    [Fact]
    public async Task Every_hop_has_credentials_and_bodies_wait_to_be_asked_for()
    {
        await using var server = new FakeStarRocks(o => (o.Frontends, o.Backends) = (2, 2));
        var cluster = StarRocksPipeline.Cluster(server, o => o.LoadUrl = server.LoadUrl.Split(';')[1]); // a follower: two redirects
        await StarRocksPipeline.RunAsync(new ScriptedSource([ScriptedEpoch.Insert(1, 10)]), [StarRocksPipeline.Table(cluster, "analytics.items")]);
        Assert.All(server.Requests, r => Assert.Contains("with credentials", r.Headers));
        Assert.All(server.Requests.Where(r => r.Step is "backend load" or "backend stream-load"), r => Assert.Contains("expect: 100-continue", r.Headers));
        Assert.Contains(server.Requests, r => r.Step == "backend prepare");
    }

    private static CdcLake.Connectors.ISinkTarget[] Targets(FakeStarRocks server) => [StarRocksPipeline.Table(StarRocksPipeline.Cluster(server), "analytics.items")];

    private static string Write(FakeStarRocks server)
    {
        var text = new StringBuilder();
        foreach (var statement in server.Statements)
        {
            text.Append("statement ").Append(statement).Append('\n');
        }

        foreach (var request in server.Requests)
        {
            text.Append('\n').Append(request.Step).Append(' ').Append(request.Database).Append(request.Table.Length > 0 ? "." + request.Table : "").Append('\n');
            foreach (var header in request.Headers)
            {
                text.Append("    ").Append(header).Append('\n');
            }
        }

        return Random().Replace(text.ToString(), "#");
    }

    [GeneratedRegex("[0-9a-f]{16}")]
    private static partial Regex Random();
}
