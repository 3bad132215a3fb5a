using CdcLake.MySql.Wire.Auth;
using CdcLake.Testing;

namespace CdcLake.Tests.Testing.MySql;

/// <summary>The fake server as the contract of sources meets it.</summary>
internal sealed class FakePeer(Action<FakeMySqlServerOptions>? configure = null) : ILogPeer
{
    public FakeMySqlServer Server { get; } = new(configure);

    public string Database => "appdb";

    public MySqlConnectionOptions Options => MySqlConnectionOptions.Parse(Server.ConnectionString);

    public Task CreateAsync(string table, string columns)
    {
        Server.CreateTable($"CREATE TABLE {Database}.{table} ({columns})");
        return Task.CompletedTask;
    }

    public Task WriteAsync(params IReadOnlyList<RowWrite> writes)
    {
        Server.Transaction(t =>
        {
            foreach (var write in writes)
            {
                var table = t.Table($"{Database}.{write.Table}");
                var row = write.Values.ToDictionary(v => v.Column, v => v.Value);
                (write.Kind switch { 'i' => (Action<IReadOnlyDictionary<string, object?>>)table.Insert, 'u' => table.Update, _ => table.Delete })(row);
            }
        });
        return Task.CompletedTask;
    }

    public Task<string> ExecutedAsync() => Task.FromResult(Server.GtidExecuted);

    public Task RotateAsync()
    {
        Server.RotateLog();
        return Task.CompletedTask;
    }

    public Task PurgeAsync()
    {
        Server.PurgeLog();
        return Task.CompletedTask;
    }

    public Task CutAsync()
    {
        Server.CutConnections();
        return Task.CompletedTask;
    }

    public Task RestartAsync()
    {
        Server.Restart();
        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
