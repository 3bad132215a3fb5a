using CdcLake.IntegrationTests.Fixtures;

namespace CdcLake.IntegrationTests.Storage;

/// <summary>Real servers keep the contract of stores, as local folders and the fake server of the unit tests do.</summary>
public sealed class S3ContractTests
{
    [ServerTheory(TestServers.Ceph)]
    [MemberData(nameof(StoreContract.Names), MemberType = typeof(StoreContract))]
    public Task Ceph_keeps_the_contract_of_stores(string check) => RunAsync(TestServers.Ceph, check);

    [ServerTheory(TestServers.Moto)]
    [MemberData(nameof(StoreContract.Names), MemberType = typeof(StoreContract))]
    public Task Moto_keeps_the_contract_of_stores(string check) => RunAsync(TestServers.Moto, check);

    [ServerFact(TestServers.Ceph)]
    public async Task Strict_server_names_what_is_wrong_with_the_settings()
    {
        await using var bucket = await S3Bucket.CreateAsync(TestServers.Ceph);
        await IsAsync(bucket, "InvalidAccessKeyId", ("s3.access-key-id", "nobody"));
        await IsAsync(bucket, "SignatureDoesNotMatch", ("s3.secret-access-key", "wrong"));
        var stores = new CdcLake.Storage.Locations.ObjectStores(new(S3Options.FromProperties(bucket.Properties)), TimeProvider.System);
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => stores.Folder("s3://no-such-bucket-here/x").TryReadAsync("x", default));
        Assert.Equal(("NoSuchBucket", false), (error.Code, error.IsTransient));
    }

    [ServerFact(TestServers.Ceph)]
    public async Task More_than_a_thousand_objects_are_listed_and_removed()
    {
        await using var bucket = await S3Bucket.CreateAsync(TestServers.Ceph);
        var store = bucket.Store("many");
        string[] names = [.. Enumerable.Range(0, 1100).Select(i => $"x/{i:D5}")];
        await Parallel.ForEachAsync(names, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (n, c) => await store.PutAsync(n, "1"u8.ToArray(), c));
        Assert.Equal(names, await store.ListAsync("x/", default).ToListAsync());
        await store.DeleteManyAsync(names, default);
        Assert.Empty(await store.ListAsync("", default).ToListAsync());
    }

    private static async Task RunAsync(string server, string check)
    {
        await using var bucket = await S3Bucket.CreateAsync(server);
        await StoreContract.RunAsync(check, bucket.Store("a/b"));
        Assert.Equal(0, await bucket.OpenUploadsAsync());
    }

    private static async Task IsAsync(S3Bucket bucket, string code, (string Name, string Value) property)
    {
        var properties = bucket.Properties;
        properties[property.Name] = property.Value;
        var store = new CdcLake.Storage.Locations.ObjectStores(CdcLake.Storage.Locations.StorageSettings.Parse(properties), TimeProvider.System).Folder($"s3://{bucket.Name}/x");
        var error = await Assert.ThrowsAsync<ObjectStoreException>(() => store.PutAsync("x", default, default));
        Assert.Equal((code, false), (error.Code, error.IsTransient));
        Assert.Contains(property.Name, error.Message, StringComparison.Ordinal);
    }
}
