using System.Net;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql.Wire;
using CdcLake.MySql.Wire.Auth;
using CdcLake.Testing;

namespace CdcLake.IntegrationTests.MySql;

/// <summary>Two servers with a table <c>hosts.t</c> and one account. Hosts of a list share their port, so each server stands behind an address of its own.</summary>
internal sealed class Hosts(ServerSession first, ServerSession second, string firstServer, string secondServer) : IAsyncDisposable
{
    private const string User = "both";
    private readonly RecordingProxy _first = RecordingProxy.MySql(firstServer, new IPEndPoint(IPAddress.Parse("127.0.0.2"), 0));
    private RecordingProxy? _second;

    public ServerSession First => first;

    public ServerSession Second => second;

    public MySqlConnectionOptions Options
    {
        get
        {
            _second ??= RecordingProxy.MySql(secondServer, new IPEndPoint(IPAddress.Parse("127.0.0.3"), _first.EndPoint.Port));
            return MySqlConnectionOptions.Parse($"Server=127.0.0.2,127.0.0.3;Port={_first.EndPoint.Port};User ID={User};Password=both-pass;SSL Mode=Required");
        }
    }

    /// <param name="first">Connection string of an account with all privileges.</param>
    /// <param name="second">Likewise.</param>
    public static async Task<Hosts> CreateAsync(string first, string second)
    {
        var sessions = new List<ServerSession>();
        foreach (var server in new[] { first, second })
        {
            var session = await MySqlDatabase.ConnectAsync(server);
            sessions.Add(session);
            var account = $"'{User}'@'%'";
            await session.RunAsync(
            [
                "DROP DATABASE IF EXISTS hosts", "CREATE DATABASE hosts", "CREATE TABLE hosts.t (id INT PRIMARY KEY)",
                $"DROP USER IF EXISTS {account}", $"CREATE USER {account} IDENTIFIED BY 'both-pass'",
                .. session.IsMariaDb ? MySqlDatabase.GrantsOfMariaDb(account, "hosts") : MySqlDatabase.Grants(account, "hosts"),
            ]);
        }

        return new Hosts(sessions[0], sessions[1], first, second);
    }

    public async ValueTask DisposeAsync()
    {
        await _first.DisposeAsync();
        if (_second is not null)
        {
            await _second.DisposeAsync();
        }

        await First.DisposeAsync();
        await Second.DisposeAsync();
    }
}
