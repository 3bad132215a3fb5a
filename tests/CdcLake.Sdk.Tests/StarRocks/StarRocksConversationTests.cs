using System.Text;
using System.Text.RegularExpressions;
using CdcLake.Testing;
using CdcLake.Tests.Conventions;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.StarRocks;

/// <summary>
/// What the client says to a cluster, hop by hop with all headers: texts beside this file, to be compared with StarRocks' documents. After an intended change run the tests once with
/// CDCLAKE_APPROVE=1, which rewrites them.
/// </summary>
public sealed partial class StarRocksConversationTests
{
    private const string Folder = "tests/CdcLake.Sdk.Tests/StarRocks/Conversations";

    [Theory]
    [InlineData("2.4.0", "")]
    [InlineData("3.3.5", "")]
    [InlineData("4.0.2", "")]
    [InlineData("2.4.0", "two-tables")]
    [InlineData("3.3.5", "two-tables")]
    [InlineData("4.0.2", "two-tables")]
    [InlineData("3.3.5", "bytes")]
    [InlineData("3.3.5", "compressed")]
    [InlineData("3.3.5", "alteration")]
    [InlineData("3.3.5", "settled")]
    [InlineData("4.0.2", "settled")]
    [InlineData("3.3.5", "rejected")]
    public async Task The_client_says_what_it_said(string version, string conversation)
    {
        await using var server = new FakeStarRocks(o => o.Version = version);
        await (conversation switch
        {
            "two-tables" => Conversations.TwoTablesAsync(server),
            "bytes" => Conversations.BytesAsync(server),
            "compressed" => Conversations.CompressedAsync(server),
            "alteration" => Conversations.AlterationAsync(server),
            "settled" => Conversations.SettledAsync(server),
            "rejected" => Conversations.RejectedAsync(server),
            _ => Conversations.TwoCommitsAsync(server),
        });
        var actual = Write(server, hasLengths: conversation != "compressed"); // there they depend on the label
        var path = $"{Folder}/{version}{(conversation.Length > 0 ? "-" : "")}{conversation}.txt";
        if (Environment.GetEnvironmentVariable("CDCLAKE_APPROVE") == "1")
        {
            Directory.CreateDirectory(Path.Combine(SourceTree.Root, Folder));
            await File.WriteAllTextAsync(Path.Combine(SourceTree.Root, path), actual);
        }

        Assert.Equal(SourceTree.Read(path).Text, actual);
    }

    /// <summary>
    /// The shape of each request as StarRocks' documents give it (STREAM_LOAD, Stream Load transaction interface): headers that must be there, and those that may. What may not is refused by
    /// some releases, and ignored by others.
    /// </summary>
    [Fact]
    public void Every_recorded_request_has_a_documented_shape()
    {
        var steps = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in SourceTree.Paths(Folder))
        {
            foreach (var request in SourceTree.Read(path).Text.Split("\n\n").Skip(1))
            {
                var lines = request.TrimEnd('\n').Split('\n');
                var step = lines[0].Split(' ')[1];
                var headers = lines.Skip(1).Select(l => l.Trim()).ToList();
                steps.Add(step);
                var (required, allowed) = Shapes[step];
                Assert.All(required, r => Assert.True(headers.Exists(h => h.Split(": ")[0] == r || h == r), $"{path}: {lines[0]} lacks {r}"));
                Assert.All(headers, h => Assert.True(required.Concat(allowed).Any(a => h.Split(": ")[0] == a || h == a), $"{path}: {lines[0]} has {h}"));
            }
        }

        Assert.Equal(Shapes.Keys.Order(StringComparer.Ordinal), steps.Order(StringComparer.Ordinal));
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

    private static readonly string[] Form = ["content-length", "max_filter_ratio: 0", "strict_mode: true", "timezone: +00:00", "format"];
    private static readonly string[] FormsOfRows = ["strip_outer_array: true", "ignore_json_size: true", "compression", "column_separator", "row_delimiter", "enclose", "columns"];

    private static readonly Dictionary<string, (string[] Required, string[] Allowed)> Shapes = new(StringComparer.Ordinal)
    {
        ["stream-load"] = (["with credentials", "expect: 100-continue", "label", "timeout", .. Form], [.. FormsOfRows, "merge_condition: number"]), // conditional updates, from 2.5 on
        ["begin"] = (["with credentials", "label", "db", "timeout", "idle_transaction_timeout", "content-length: 0"], ["table", "transaction_type: multi"]),
        ["load"] = (["with credentials", "expect: 100-continue", "label", "db", "table", .. Form], FormsOfRows),
        ["prepare"] = (["with credentials", "label", "db", "content-length: 0"], []),
        ["commit"] = (["with credentials", "label", "db", "timeout", "content-length: 0"], []),
        ["rollback"] = (["with credentials", "label", "db", "content-length: 0"], []),
        ["cancel"] = (["with credentials", "content-length: 0"], []),
        ["state"] = (["with credentials"], []),
        ["error-log"] = ([], []), // the name of the file is the only credential
    };

    private static string Write(FakeStarRocks server, bool hasLengths)
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

        var written = Random().Replace(text.ToString(), "#");
        return hasLengths ? written : Length().Replace(written, "content-length: #");
    }

    [GeneratedRegex("[0-9a-f]{16}")]
    private static partial Regex Random();

    [GeneratedRegex("content-length: [1-9][0-9]*")]
    private static partial Regex Length();
}
