using System.Net.Http.Json;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>The Iceberg project's own REST catalog server, see <c>tests/lab/rest-catalog.sh</c>.</summary>
internal static class RestServer
{
    public const string Variable = "CDCLAKE_TEST_ICEBERG_REST";

    private static readonly HttpClient Client = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) }); // see IcebergJava

    public static string Uri => TestServers.Get(Variable);

    /// <summary>Options of the Java command line that name the catalog.</summary>
    public static string[] ForJava => ["--catalog", "rest", "--uri", Uri];

    /// <summary>Arms a fault for the next requests that match; see <c>tests/lab/rest-catalog.sh</c>.</summary>
    public static async Task ArmAsync(string match, int status = 0, bool after = false, bool drop = false, int times = 1, int delayMs = 0)
    {
        var fault = new Dictionary<string, object> { ["match"] = match, ["status"] = status, ["after"] = after, ["drop"] = drop, ["times"] = times, ["delay-ms"] = delayMs };
        using var response = await Client.PostAsJsonAsync($"{Uri}/_lab/fault", fault);
        response.EnsureSuccessStatusCode();
    }

    public static async Task DisarmAsync()
    {
        using var response = await Client.DeleteAsync($"{Uri}/_lab/fault");
        response.EnsureSuccessStatusCode();
    }
}
