using CdcLake.Iceberg.Catalogs;
using CdcLake.Iceberg.Catalogs.Rest;
using CdcLake.Iceberg.Writing;
using CdcLake.Storage;
using CdcLake.Testing.Rest;

namespace CdcLake.Tests.Iceberg.Catalogs.Rest;

/// <summary>A fake server, files in memory, and clients of both that do not wait long.</summary>
internal sealed class RestFixture : IDisposable
{
    public static readonly IcebergSinkSettings Settings = new() { SmallFileBytes = 0, TargetFileSizeBytes = 4_000, FoldAt = 3 };

    public RestFixture()
    {
        Server = new RestCatalogHandler("file://" + Folder.Path, Clock);
        Properties["warehouse"] = "wh";
    }

    public TemporaryFolder Folder { get; } = new(inMemory: true);

    public RestCatalogHandler Server { get; }

    public SetClock Clock { get; } = new();

    public Dictionary<string, string> Properties { get; } = new(StringComparer.Ordinal);

    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Stores that were opened for files: URI and properties.</summary>
    public List<(string Uri, IReadOnlyDictionary<string, string> Properties)> Opened { get; } = [];

    /// <summary>A client, as each new process has one.</summary>
    public OpenedCatalog Open() => RestCatalog.Open(
        new RestSettings(new Uri("http://lake:8181/"), new Dictionary<string, string>(Properties))
        {
            Handler = Server, Clock = Clock, RequestTimeout = Timeout, FirstPause = TimeSpan.FromMilliseconds(1), LongestPause = TimeSpan.FromMilliseconds(2),
        },
        (uri, properties) =>
        {
            Opened.Add((uri, properties));
            return new LocalObjectStore("/", TimeProvider.System);
        });

    public SinkModel NewModel() => new(() => Open().Tables, Settings);

    public void Dispose()
    {
        Server.Dispose();
        Folder.Dispose();
    }
}
