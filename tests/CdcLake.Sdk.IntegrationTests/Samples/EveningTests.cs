using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using MySqlConnector;

namespace CdcLake.IntegrationTests.Samples;

/// <summary>
/// The README's first evening, done as it is written: a console application, a web application with the dashboard, and a test, from <c>dotnet new</c> to their results, with the packages from a local feed.
/// Commands, files, statements and what is printed are taken from the README itself.
/// </summary>
public sealed class EveningTests
{
    [ServerFact(TestServers.MySql, FullStack.MySqlBinlog)] // the second: the lab has the programs of a server of its own
    public async Task First_evening_of_the_readme_ends_with_what_the_readme_shows()
    {
        var steps = EveningStep.OfReadme();
        var server = new Server(steps.Single(s => s.Word == "server").Lines.Single());
        try
        {
            var starting = server.InitializeAsync();
            using var feed = await PackageFeed.CreateAsync();
            await starting;
            var place = new MySqlConnectionStringBuilder(server.ConnectionString);
            await using var session = await Sql.OpenAsync(server.ConnectionString);
            var port = FreePort();
            await using var evening = new Evening(feed, session,
            [
                ("'cdc'@", "'reader'@"), // the lab has an account of that name
                ("Server=localhost;User ID=cdc;", string.Create(CultureInfo.InvariantCulture, $"Server={place.Server};Port={place.Port};User ID=reader;")),
                ("localhost:5080", $"127.0.0.1:{port}"),
            ]);
            foreach (var step in steps.Where(s => s.Word != "server"))
            {
                await evening.DoAsync(step);
                if (step is { Language: "text" } && step.Text.StartsWith('['))
                {
                    await DashboardShowsThePipelineAsync(port);
                }
            }

            await evening.EndPartAsync();
            Assert.Equal(3, evening.Commands.Count(c => c.StartsWith("dotnet new ", StringComparison.Ordinal)));
            Assert.Equal("dotnet test", evening.Commands[^1]);
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private static async Task DashboardShowsThePipelineAsync(int port)
    {
        using var client = new HttpClient { BaseAddress = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}")) };
        Assert.Contains("<html", await client.GetStringAsync("/cdclake/"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("sales-by-product", await client.GetStringAsync("/cdclake/api/v1/pipelines"), StringComparison.Ordinal);
        Assert.Equal("Healthy", await client.GetStringAsync("/health"));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>A server with the options of the README's command.</summary>
    private sealed class Server(string command) : PrivateMySqlServer(string.Join(' ', command[(command.LastIndexOf("mysql:", StringComparison.Ordinal) + "mysql:".Length)..].Split(' ').Skip(1)));
}
