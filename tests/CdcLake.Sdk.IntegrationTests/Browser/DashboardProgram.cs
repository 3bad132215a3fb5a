using CdcLake.IntegrationTests.Pipelines;

namespace CdcLake.IntegrationTests.Browser;

/// <summary>The sample with the dashboard, started as a user would, over its recorded log.</summary>
internal sealed class DashboardProgram : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private DashboardProgram(ChildProcess process, Uri page) => (_process, Page) = (process, page);

    /// <summary>Where the dashboard is.</summary>
    public Uri Page { get; }

    public static async Task<DashboardProgram> StartAsync(params IEnumerable<string> arguments)
    {
        var process = ChildProcess.Start(
            "dotnet",
            ["exec", Repository.Sample("AspNetDashboard"), "--urls", "http://127.0.0.1:0", "--contentRoot", Path.GetDirectoryName(Repository.Sample("AspNetDashboard"))!, .. arguments],
            ("DOTNET_TieredPGO", "0"),
            ("NO_COLOR", "1"),
            ("ASPNETCORE_ENVIRONMENT", "Development"));
        const string Listening = "Now listening on: ";
        var line = await process.LineAsync(l => l.Contains(Listening, StringComparison.Ordinal), "the address that it listens on");
        return new DashboardProgram(process, new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim() + "/cdclake/"));
    }

    /// <summary>SIGTERM, as docker stop sends it; gives the exit code.</summary>
    public Task<int> TerminateAsync()
    {
        _process.Terminate();
        return _process.ExitAsync();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
