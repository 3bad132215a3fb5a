using System.Text.Json;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.Samples;

/// <summary>The full stack's compose file as Docker Compose reads it: checked against the compose specification, its variables replaced from <c>.env</c>.</summary>
internal sealed class ComposeFile
{
    /// <summary>Environment variable with the program; see <c>tests/lab/compose.sh</c>.</summary>
    public const string Variable = "CDCLAKE_TEST_COMPOSE";

    private readonly JsonElement _root;

    private ComposeFile(JsonElement root) => _root = root;

    public static string Folder { get; } = Path.Combine(Repository.Root, "samples", "full-stack");

    public JsonElement Services => _root.GetProperty("services");

    public static async Task<ComposeFile> ReadAsync() =>
        new(JsonDocument.Parse(await ChildProcess.RunAsync(Fixtures.TestServers.Get(Variable), "-f", Path.Combine(Folder, "docker-compose.yml"), "config", "--format", "json")).RootElement);

    /// <summary>What a service is started with.</summary>
    public Dictionary<string, string> Environment(string service) => Services.GetProperty(service).TryGetProperty("environment", out var values)
        ? values.EnumerateObject().ToDictionary(v => v.Name, v => v.Value.GetString() ?? "", StringComparer.Ordinal)
        : [];

    /// <summary>The command by which Docker asks whether a service is well.</summary>
    public string[] HealthCheck(string service) => [.. Services.GetProperty(service).GetProperty("healthcheck").GetProperty("test").EnumerateArray().Select(a => a.GetString()!)];
}
