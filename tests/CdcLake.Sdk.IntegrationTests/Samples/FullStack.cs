using System.Globalization;
using System.Text.Json;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.IntegrationTests.Storage;
using CdcLake.Testing;
using MySqlConnector;

namespace CdcLake.IntegrationTests.Samples;

/// <summary>
/// The full stack with the lab's servers in the places of its containers: MySQL with the sample's own settings, tables and accounts, a bucket, a REST catalog, a stand-in for StarRocks.
/// Each program is started with the very environment that the compose file gives it, but for the names of hosts.
/// </summary>
internal sealed class FullStack : IAsyncDisposable
{
    public const string MySqlBinlog = "CDCLAKE_TEST_MYSQLBINLOG";
    private readonly ComposeFile _file;
    private readonly Server _mysql = new();
    private readonly List<(string Name, string Place)> _places = [];
    private S3Bucket? _bucket;
    private Task<PrivateRestServer>? _rest;
    private string _restUri = "";
    private MySqlConnectionStringBuilder _admin = null!;

    private FullStack(ComposeFile file) => _file = file;

    /// <summary>A cluster whose root has the password of <c>.env</c> already.</summary>
    public FakeStarRocks StarRocks { get; private set; } = null!; // null until all before it has started

    /// <summary>A statement of an account with all privileges.</summary>
    public string AdminConnectionString => _mysql.ConnectionString;

    /// <summary>MySQL's command line, which also logs in to StarRocks.</summary>
    public static string Client
    {
        get
        {
            var programs = Path.GetDirectoryName(TestServers.Get(MySqlBinlog))!;
            return $"{programs}/mysql --no-defaults --plugin-dir={programs}/../../root/mysql/usr/lib/mysql/plugin"; // mysql_native_password is one since 9.0
        }
    }

    private S3Bucket Bucket => _bucket!;

    private string MySqlAt => string.Create(CultureInfo.InvariantCulture, $"{_admin.Server}:{_admin.Port}");

    private string StarRocksPort => StarRocks.ConnectionString.Split(';').First(p => p.StartsWith("Port=", StringComparison.Ordinal))["Port=".Length..];

    public static async Task<FullStack> StartAsync()
    {
        var stack = new FullStack(await ComposeFile.ReadAsync());
        try
        {
            await stack.StartServersAsync();
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>The environment of a service.</summary>
    public (string Name, string Value)[] Environment(string service) => [.. _file.Environment(service).Select(v => (v.Key, _places.Aggregate(v.Value, (value, place) => value == place.Name || place.Name.Length > 6
        ? value.Replace(place.Name, place.Place, StringComparison.Ordinal)
        : value)))];

    /// <summary>The application, as its image starts it, and where it listens.</summary>
    public async Task<(ChildProcess Process, Uri Address)> StartApplicationAsync()
    {
        var output = new DirectoryInfo(AppContext.BaseDirectory);
        var dll = Path.Combine(ComposeFile.Folder, "app", "bin", output.Parent!.Name, output.Name, "FullStack.dll");
        var process = ChildProcess.Start("dotnet", [dll, "--contentRoot", Path.GetDirectoryName(dll)!], Environment("app"));
        const string Listening = "Now listening on: ";
        var line = await process.LineAsync(l => l.Contains(Listening, StringComparison.Ordinal), "an address");
        return (process, new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..].Trim()));
    }

    /// <summary>What Docker would ask the application.</summary>
    public async Task<int> HealthCheckAsync(Uri application)
    {
        var command = _file.HealthCheck("app").Skip(1).Select(a => a.Replace("localhost/8080", $"127.0.0.1/{application.Port}", StringComparison.Ordinal)).ToArray();
        await using var check = ChildProcess.Start(command[0], command[1..]);
        return await check.ExitAsync();
    }

    /// <summary>The shop, for so many rounds without a rest between them.</summary>
    public Task ShopAsync(int rounds) => RunAsync(
        ["bash", Path.Combine(ComposeFile.Folder, "shop", "shop.sh"), rounds.ToString(CultureInfo.InvariantCulture)], [.. Environment("shop"), ("MYSQL", Client), ("SHOP_PAUSE", "0")]);

    /// <summary><c>verify.sh</c> against what is there; what is not is empty. With options it is asked once and for the application and the lake alone.</summary>
    public async Task<(int Exit, IReadOnlyList<string> Lines)> VerifyAsync(Uri application, string trino, params string[] options)
    {
        var keys = $"{Bucket.Key}:{Bucket.Secret}";
        await using var verify = ChildProcess.Start(
            "bash",
            [Path.Combine(ComposeFile.Folder, "verify.sh"), .. options],
            ("COMPOSE", "false"), ("MYSQL_CLIENT", Client), ("MYSQL_AT", options.Length > 0 ? "" : MySqlAt), ("S3_AT", Bucket.Endpoint), ("S3_KEYS", keys), ("S3_BUCKET", Bucket.Name), ("REST_AT", _restUri),
            ("APP_AT", application.ToString().TrimEnd('/')), ("TRINO_AT", trino), ("STARROCKS_AT", options.Length > 0 ? "" : $"127.0.0.1:{StarRocksPort}"), ("STARROCKS_CATALOG", ""), ("SUPERSET_AT", ""),
            ("PATIENCE", options.Length > 0 ? "0" : "30"));
        return (await verify.ExitAsync(), verify.Output);
    }

    /// <summary>Rows of a table as Iceberg's Java library reads them through one of Trino's two catalogs.</summary>
    public async Task<IReadOnlyList<JsonElement>> LakeRowsAsync(string table)
    {
        var (catalog, name) = (table[..table.IndexOf('.', StringComparison.Ordinal)], table[(table.IndexOf('.', StringComparison.Ordinal) + 1)..]);
        string[] place = catalog == "iceberg"
            ? [name, "--catalog", "rest", "--uri", _restUri]
            : S3Lake.Jdbc(Bucket, "", $"jdbc:mysql://{MySqlAt}/iceberg_catalog?nullDatabaseMeansCurrent=true", "iceberg", _file.Environment("mysql")["CATALOG_PASSWORD"]).ForJava(name);
        return [.. (await IcebergJava.SortedRowsAsync([.. place, "--s3", $"{Bucket.Endpoint},{Bucket.Key},{Bucket.Secret}"])).Select(l => JsonDocument.Parse(l).RootElement)];
    }

    public async ValueTask DisposeAsync()
    {
        if (StarRocks is not null)
        {
            await StarRocks.DisposeAsync();
        }

        await _mysql.DisposeAsync();
        if (_rest is not null)
        {
            await (await _rest).DisposeAsync();
        }

        if (_bucket is not null)
        {
            await _bucket.DisposeAsync();
        }
    }

    private async Task StartServersAsync()
    {
        _bucket = await S3Bucket.CreateAsync(TestServers.Ceph);
        _rest = PrivateRestServer.StartAsync(_bucket);
        await _mysql.InitializeAsync();
        _admin = new MySqlConnectionStringBuilder(_mysql.ConnectionString);
        await RunAsync(["bash", "-c", $"{Client} -h{_admin.Server} -P{_admin.Port} -u{_admin.UserID} < samples/full-stack/mysql/init/01-tables.sql"], [("MYSQL_PWD", _admin.Password)]);
        await RunAsync(
            [Path.Combine(ComposeFile.Folder, "mysql", "init", "02-accounts.sh")],
            [.. Environment("mysql"), ("MYSQL", $"{Client} -h{_admin.Server} -P{_admin.Port} -u{_admin.UserID}"), ("MYSQL_PWD", _admin.Password)]);
        _restUri = (await _rest).Uri;
        StarRocks = new FakeStarRocks(o => (o.Version, o.Password) = ("4.0.8", _file.Environment("starrocks-setup")["STARROCKS_PASSWORD"]));
        _places.AddRange(
        [
            ("Server=mysql;Port=3306", $"Server={_admin.Server};Port={_admin.Port}"), ("Server=starrocks-fe;Port=9030", $"Server=127.0.0.1;Port={StarRocksPort}"),
            ("http://starrocks-fe:8030", StarRocks.LoadUrl), ("http://iceberg-rest:8181", _restUri), ("http://minio:9000", Bucket.Endpoint), ("http://+:8080", "http://127.0.0.1:0"),
            ("s3://iceberg/", Bucket.Uri("")), ("lake-secret-key", Bucket.Secret), ("lake-key", Bucket.Key), ("starrocks-be:9050", ""), ("starrocks-fe", "127.0.0.1"),
            ("mysql", _admin.Server), ("3306", _admin.Port.ToString(CultureInfo.InvariantCulture)), ("9030", StarRocksPort),
        ]);
        await RunAsync(["bash", Path.Combine(ComposeFile.Folder, "starrocks", "setup.sh")], [.. Environment("starrocks-setup"), ("MYSQL", Client)]);
    }

    private static async Task RunAsync(string[] command, (string Name, string Value)[] environment)
    {
        await using var process = ChildProcess.Start(command[0], command[1..], environment);
        if (await process.ExitAsync() != 0)
        {
            throw process.Failure("exit code is not 0");
        }
    }

    /// <summary>A server with the sample's my.cnf.</summary>
    private sealed class Server() : PrivateMySqlServer(string.Join(' ', File.ReadLines(Path.Combine(ComposeFile.Folder, "mysql", "my.cnf"))
        .Where(l => l.Contains('=', StringComparison.Ordinal)).Select(l => "--" + l.Replace(" ", "", StringComparison.Ordinal))));
}
