using CdcLake.Storage.Locations;

namespace CdcLake.Tests.Storage.S3;

public sealed class S3OptionsTests
{
    [Fact]
    public void Properties_of_other_clients_set_what_they_set_there()
    {
        var options = S3Options.FromProperties(new Dictionary<string, string>
        {
            ["s3.endpoint"] = "http://localhost:9000", ["client.region"] = "eu-west-1", ["s3.path-style-access"] = "true", ["s3.access-key-id"] = "id",
            ["s3.secret-access-key"] = "secret", ["s3.session-token"] = "token", ["s3.sse.type"] = "KMS", ["s3.sse.key"] = "key", ["s3.multipart.part-size-bytes"] = "33554432",
            ["s3.multipart.num-threads"] = "2", ["s3.delete.batch-size"] = "250", ["s3.checksum-enabled"] = "false", ["s3.retry.num-retries"] = "3", ["s3.retry.min-wait-ms"] = "20",
            ["s3.retry.max-wait-ms"] = "2000", ["s3.request-timeout"] = "1.5", ["s3.connect-timeout-ms"] = "700", ["s3.write.storage-class"] = "STANDARD_IA",
            ["s3.staging-dir"] = "/tmp", ["s3.remote-signing-enabled"] = "false", ["warehouse"] = "s3://lake/w", ["io-impl"] = "org.apache.iceberg.aws.s3.S3FileIO",
        });
        Assert.Equal(("http://localhost:9000", "eu-west-1", true), (options.Endpoint, options.Region, options.PathStyleAccess));
        Assert.Equal(("id", "secret", "token"), (options.AccessKeyId, options.SecretAccessKey, options.SessionToken));
        Assert.Equal(("kms", "key", "STANDARD_IA"), (options.SseType, options.SseKey, options.StorageClass));
        Assert.Equal((33554432L, 2, 250, false), (options.MultipartPartSizeBytes, options.MultipartThreads, options.DeleteBatchSize, options.ChecksumEnabled));
        Assert.Equal((3, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2)), (options.RetryCount, options.RetryMinWait, options.RetryMaxWait));
        Assert.Equal((TimeSpan.FromSeconds(1.5), TimeSpan.FromMilliseconds(700)), (options.RequestTimeout, options.ConnectTimeout));
        Assert.DoesNotContain("secret", options.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("token", options.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3.region", "client.region")]
    [InlineData("client.region", "s3.region")]
    public void Region_has_two_names(string name, string other)
    {
        Assert.Equal("x-1", S3Options.FromProperties([new(name, "x-1")]).Region);
        Assert.Equal("y-1", S3Options.FromProperties([new(name, "y-1"), new(other, "y-1")]).Region);
    }

    [Fact]
    public void Key_of_Trino_is_understood()
    {
        var options = S3Options.FromProperties([new("s3.aws-access-key", "id"), new("s3.aws-secret-key", "secret")]);
        Assert.Equal(("id", "secret"), (options.AccessKeyId, options.SecretAccessKey));
    }

    [Theory]
    [InlineData("s3.endpiont", "x", "s3.endpoint")]
    [InlineData("s3.path-style", "true", "s3.path-style-access")]
    [InlineData("client.regoin", "x", "client.region")]
    [InlineData("s3.path-style-access", "yes", "true or false")]
    [InlineData("s3.multipart.part-size-bytes", "8MB", "whole number")]
    [InlineData("s3.multipart.part-size-bytes", "1024", "5242880")]
    [InlineData("s3.delete.batch-size", "1001", "1000")]
    [InlineData("s3.remote-signing-enabled", "true", "not supported")]
    [InlineData("s3.access-grants.enabled", "true", "not supported")]
    [InlineData("client.assume-role.arn", "arn:x", "AWS_ROLE_ARN")]
    [InlineData("s3.sse.type", "custom", "kms")]
    [InlineData("s3.endpoint", "localhost:9000", "http://localhost:9000")]
    [InlineData("s3.access-key-id", "only", "s3.secret-access-key")]
    [InlineData("s3.session-token", "only", "s3.access-key-id")]
    public void Property_that_cannot_be_followed_is_refused_with_what_to_write(string name, string value, string mention) =>
        Assert.Contains(mention, Assert.ThrowsAny<ArgumentException>(() => S3Options.FromProperties([new(name, value)])).Message, StringComparison.Ordinal);

    [Fact]
    public void Options_are_copied_where_they_are_handed_in()
    {
        var options = new S3Options { Endpoint = "http://a" };
        var frozen = options.Freeze();
        options.Endpoint = "http://b";
        Assert.Equal("http://a", frozen.Endpoint);
    }

    [Theory]
    [InlineData("s3.endpoint", true)]
    [InlineData("client.anything", true)]
    [InlineData("warehouse", false)]
    [InlineData("rest.auth.type", false)]
    public void Catalogs_learn_which_properties_are_of_storage(string name, bool expected) => Assert.Equal(expected, StorageSettings.IsProperty(name));

    [Fact]
    public void Configuration_of_a_server_goes_before_and_may_hold_what_nobody_knows()
    {
        var own = StorageSettings.Parse([new("s3.endpoint", "http://a"), new("s3.access-key-id", "1"), new("s3.secret-access-key", "2"), new("s3.session-token", "3")]);
        var vended = own.With(new Dictionary<string, string>
        {
            ["s3.access-key-id"] = "4", ["s3.secret-access-key"] = "5", ["s3.signer.uri"] = "http://signer", ["s3.something-of-theirs"] = "x", ["expiration-time"] = "7",
        });
        Assert.Equal(("http://a", "4", "5", null), (vended.S3.Endpoint, vended.S3.AccessKeyId, vended.S3.SecretAccessKey, vended.S3.SessionToken));
        Assert.Equal("1", own.S3.AccessKeyId);
    }
}
