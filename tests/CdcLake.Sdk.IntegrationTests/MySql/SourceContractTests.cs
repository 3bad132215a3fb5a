using CdcLake.IntegrationTests.Fixtures;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql.Wire.Auth;

namespace CdcLake.IntegrationTests.MySql;

public sealed class SourceContractTests(PrivateMySqlServer server) : IClassFixture<PrivateMySqlServer>
{
    private static int _count;

    [ServerTheory(TestServers.MySql)]
    [MemberData(nameof(SourceContract.Names), MemberType = typeof(SourceContract))]
    public async Task Source_reads_a_server_as_it_reads_the_fake(string check)
    {
        await using var peer = new ServerPeer(server, await MySqlDatabase.CreateAsync(server.ConnectionString, $"contract{Interlocked.Increment(ref _count)}"));
        await SourceContract.RunAsync(check, peer);
    }

    private sealed class ServerPeer(PrivateMySqlServer server, MySqlDatabase database) : ILogPeer
    {
        public string Database => database.Name;

        public MySqlConnectionOptions Options => database.Options;

        public Task CreateAsync(string table, string columns) => RunAsync($"CREATE TABLE {table} ({columns})");

        public Task WriteAsync(params IReadOnlyList<RowWrite> writes) => RunAsync(["START TRANSACTION", .. writes.Select(w => w.Sql), "COMMIT"]);

        public async Task<string> ExecutedAsync()
        {
            await using var session = await database.ConnectAsync();
            return await session.GtidExecutedAsync();
        }

        public Task RotateAsync() => RunAsync("FLUSH BINARY LOGS");

        public async Task PurgeAsync()
        {
            await using var session = await database.ConnectAsync();
            await session.PurgeLogAsync();
        }

        public Task CutAsync() => database.KillStreamsAsync();

        public Task RestartAsync() => server.RestartAsync();

        public ValueTask DisposeAsync() => database.DisposeAsync();

        // A session of its own: the server may have been started anew.
        private async Task RunAsync(params IReadOnlyList<string> statements)
        {
            await using var session = await database.ConnectAsync();
            await session.RunAsync(statements);
        }
    }
}
