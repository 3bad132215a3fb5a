using System.Globalization;
using Amazon.S3;
using Amazon.S3.Model;
using CdcLake.Storage;
using CdcLake.Storage.Locations;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>A bucket of its own on a test server, removed in the end.</summary>
internal sealed class S3Bucket : IAsyncDisposable
{
    private static int _count;
    private readonly AmazonS3Client _client;

    private S3Bucket(System.Uri server, string name)
    {
        Name = name;
        Endpoint = server.GetLeftPart(UriPartial.Scheme) + server.Authority[(server.Authority.LastIndexOf('@') + 1)..];
        (Key, Secret) = (server.UserInfo.Split(':')[0], server.UserInfo.Split(':')[1]);
        _client = new AmazonS3Client(Key, Secret, new AmazonS3Config { ServiceURL = Endpoint, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });
    }

    public string Name { get; }

    public string Endpoint { get; }

    public string Key { get; }

    public string Secret { get; }

    /// <summary>Settings as users write them.</summary>
    public Dictionary<string, string> Properties => new()
    {
        ["s3.endpoint"] = Endpoint, ["s3.path-style-access"] = "true", ["s3.access-key-id"] = Key, ["s3.secret-access-key"] = Secret, ["s3.multipart.part-size-bytes"] = "5242880",
    };

    /// <param name="variable">Environment variable that names the server.</param>
    public static async Task<S3Bucket> CreateAsync(string variable)
    {
        var bucket = new S3Bucket(
            new System.Uri(TestServers.Get(variable)), string.Create(CultureInfo.InvariantCulture, $"cdclake-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}"));
        await bucket._client.PutBucketAsync(bucket.Name);
        return bucket;
    }

    /// <summary>A place in the bucket.</summary>
    public string Uri(string path) => $"s3://{Name}/{path}";

    /// <summary>A store at a place in the bucket.</summary>
    public IObjectStore Store(string prefix) =>
        new ObjectStores(StorageSettings.Parse(Properties), TimeProvider.System).Folder(Uri(prefix));

    /// <summary>Multipart uploads that were neither completed nor aborted.</summary>
    public async Task<int> OpenUploadsAsync() => (await _client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = Name })).MultipartUploads?.Count ?? 0;

    public async ValueTask DisposeAsync()
    {
        var store = new ObjectStores(StorageSettings.Parse(Properties), TimeProvider.System).Folder($"s3://{Name}");
        var names = new List<string>();
        await foreach (var name in store.ListAsync("", default))
        {
            names.Add(name);
        }

        await store.DeleteManyAsync(names, default);
        foreach (var upload in (await _client.ListMultipartUploadsAsync(new ListMultipartUploadsRequest { BucketName = Name })).MultipartUploads ?? [])
        {
            await _client.AbortMultipartUploadAsync(Name, upload.Key, upload.UploadId);
        }

        await _client.DeleteBucketAsync(Name);
        _client.Dispose();
    }
}
