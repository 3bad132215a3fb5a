using System.Diagnostics;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>
/// A server of its own, for tests that change global settings or remove logs. Started by tests/lab when first used, and removed in the end.
/// </summary>
public class PrivateMySqlServer : IAsyncLifetime
{
    private static int _count;
    private readonly string _instance = $"private-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}";
    private readonly string _options;
    private readonly string _product;

    public PrivateMySqlServer()
        : this("")
    {
    }

    /// <param name="options">Further options of mysqld.</param>
    /// <param name="product">mysql or mariadb, of which tests/lab has a script.</param>
    protected PrivateMySqlServer(string options, string product = "mysql") => (_options, _product) = (options, product);

    /// <summary>Account with all privileges, over TLS.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Where its files are.</summary>
    public string DataFolder { get; private set; } = "";

    public async Task InitializeAsync()
    {
        if (TestServers.ReasonToSkip([_product == "mysql" ? TestServers.MySql : TestServers.MariaDb]) is not null)
        {
            return; // the tests that would use it are skipped
        }

        await LabAsync("start");
        var environment = (await LabAsync("env")).Split('\n').Select(line => line.Split('=', 2)).Where(p => p.Length == 2).ToDictionary(p => p[0], p => p[1]);
        ConnectionString = TestServers.Secured($"Server={Of("HOST")};Port={Of("PORT")};User ID={Of("USER")};Password={Of("PASSWORD")}", Of("CA"));
        DataFolder = Of("DATADIR");

        string Of(string name) => environment[$"{_product.ToUpperInvariant()}_{name}"];
    }

    /// <summary>Shuts it down and starts it again with the same data on the same port.</summary>
    /// <param name="options">Options of mysqld for this start, beside the usual ones.</param>
    /// <param name="whileDown">What happens in between.</param>
    public async Task RestartAsync(string options = "", Func<Task>? whileDown = null)
    {
        await LabAsync("stop");
        if (whileDown is not null)
        {
            await whileDown();
        }

        await LabAsync("start", options);
    }

    public async Task DisposeAsync()
    {
        if (ConnectionString.Length > 0)
        {
            await LabAsync("destroy");
        }
    }

    private async Task<string> LabAsync(string command, string options = "")
    {
        var start = new ProcessStartInfo("bash") { RedirectStandardOutput = true, WorkingDirectory = Root() };
        start.ArgumentList.Add($"tests/lab/{_product}.sh");
        start.ArgumentList.Add(command);
        start.ArgumentList.Add(_instance);
        start.Environment[$"CDCLAKE_{_product.ToUpperInvariant()}D_OPTS"] = $"{_options} {options}";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"tests/lab/{_product}.sh {command} {_instance} failed: {output}");
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !Directory.Exists(Path.Combine(folder.FullName, "tests", "lab")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("tests/lab was not found above the test assembly.");
    }
}

/// <summary>A MariaDB server.</summary>
public sealed class PrivateMariaDbServer() : PrivateMySqlServer("", "mariadb");

/// <summary>A server that changes rows through foreign keys without logging it, as all did before MySQL 9.6.</summary>
public sealed class NativeForeignKeysServer() : PrivateMySqlServer("--innodb-native-foreign-keys=ON");
