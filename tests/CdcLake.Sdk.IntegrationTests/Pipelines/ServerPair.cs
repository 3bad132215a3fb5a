using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A source and a replica of it, shared by the tests of whole pipelines, which therefore run one after the other.</summary>
public sealed class ServerPair : IAsyncLifetime
{
    /// <summary>Name of the xunit collection.</summary>
    public const string Collection = "pipelines";

    private LabServer? _source;
    private LabServer? _replica;

    internal LabServer Source => _source ?? throw new InvalidOperationException("The source server is not there; see the skip reason.");

    internal LabServer Replica => _replica ?? throw new InvalidOperationException("The replica is not there; see the skip reason.");

    public async Task InitializeAsync()
    {
        if (TestServers.ReasonToSkip([TestServers.MySql]) is null)
        {
            _source = await LabServer.StartAsync("pipeline-source", 2001);
            _replica = await LabServer.StartAsync("pipeline-replica", 2002);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var server in new[] { _replica, _source })
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }
    }
}

/// <summary>Ties the tests of whole pipelines to one <see cref="ServerPair"/>.</summary>
[CollectionDefinition(ServerPair.Collection)]
public sealed class ServerPairDefinition : ICollectionFixture<ServerPair>;
