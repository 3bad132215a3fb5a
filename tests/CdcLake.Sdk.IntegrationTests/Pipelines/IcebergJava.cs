using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>Apache Iceberg's Java implementation, served by tests/lab/iceberg-java.sh.</summary>
internal static class IcebergJava
{
    public const string Variable = "CDCLAKE_TEST_ICEBERG_JAVA";

    private static readonly HttpClient Client = new() { Timeout = TimeSpan.FromMinutes(3) };

    /// <summary>The rows of a table at a snapshot as JSON objects, in no particular order.</summary>
    public static async Task<IReadOnlyList<JsonElement>> RowsAsync(string folder, long? snapshot = null)
    {
        string[] at = snapshot is { } id ? ["--snapshot", id.ToString(CultureInfo.InvariantCulture)] : [];
        var reply = await RunAsync(["rows", folder, .. at]);
        Assert.True(reply.Exit == 0, $"Iceberg Java cannot read {folder}: {reply.Err}");
        return [.. reply.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
    }

    /// <summary>Fails with the findings of its strict check of every snapshot, file and value.</summary>
    public static async Task VerifyAsync(string folder)
    {
        var reply = await RunAsync(["verify", folder, "--all", "--keys", "identifier", "--no-notes"]);
        Assert.True(reply.Exit == 0, $"Iceberg Java finds in {folder}:\n{reply.Out}{reply.Err}");
    }

    /// <summary>As <see cref="VerifyAsync"/>, the current snapshot only.</summary>
    public static async Task VerifyNewestAsync(string folder)
    {
        var reply = await RunAsync(["verify", folder, "--keys", "identifier", "--no-notes"]);
        Assert.True(reply.Exit == 0, $"Iceberg Java finds in {folder}:\n{reply.Out}{reply.Err}");
    }

    /// <summary>Runs a writing command; see tests/lab/README.md.</summary>
    public static async Task DoAsync(params string[] arguments)
    {
        var reply = await RunAsync(arguments);
        Assert.True(reply.Exit == 0, $"Iceberg Java, {string.Join(' ', arguments)}: {reply.Out}{reply.Err}");
    }

    private static async Task<Reply> RunAsync(string[] arguments)
    {
        using var response = await Client.PostAsJsonAsync(new Uri(TestServers.Get(Variable)), arguments);
        return (await response.Content.ReadFromJsonAsync<Reply>(JsonSerializerOptions.Web))!;
    }

    private sealed record Reply(int Exit, string Out, string Err);
}
