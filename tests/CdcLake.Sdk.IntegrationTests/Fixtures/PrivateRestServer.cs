using System.Diagnostics;
using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A REST catalog server of its own, whose tables lie in a bucket and which hands out the keys to it; removed in the end.</summary>
internal sealed class PrivateRestServer : IAsyncDisposable
{
    private static int _count;
    private readonly string _name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"private-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
    private readonly S3Bucket _bucket;

    private PrivateRestServer(S3Bucket bucket) => _bucket = bucket;

    public string Uri { get; private set; } = "";

    public static async Task<PrivateRestServer> StartAsync(S3Bucket bucket)
    {
        var server = new PrivateRestServer(bucket);
        await server.LabAsync("start");
        server.Uri = (await server.LabAsync("env")).Trim().Split('=', 2)[1];
        return server;
    }

    public async ValueTask DisposeAsync() => await LabAsync("destroy");

    private async Task<string> LabAsync(string command)
    {
        var start = new ProcessStartInfo("bash", [Repository.Lab("rest-catalog.sh"), command, _name])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = Repository.Root, // the tests' own one changes while ClickHouse reads, and goes
            Environment =
            {
                ["CDCLAKE_REST_WAREHOUSE"] = _bucket.Uri("warehouse"), ["CDCLAKE_REST_OPTS"] = "--vend",
                ["S3_ENDPOINT"] = _bucket.Endpoint, ["S3_KEY"] = _bucket.Key, ["S3_SECRET"] = _bucket.Secret,
            },
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"tests/lab/rest-catalog.sh {command} {_name} failed: {output}");
    }
}
