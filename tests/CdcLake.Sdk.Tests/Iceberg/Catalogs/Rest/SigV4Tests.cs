using System.Text;
using CdcLake.Iceberg.Catalogs.Rest.Auth;
using CdcLake.Storage;
using CdcLake.Storage.S3;

namespace CdcLake.Tests.Iceberg.Catalogs.Rest;

/// <summary>The signatures that AWS publishes: its SigV4 test suite, and the example of its IAM documentation.</summary>
public sealed class SigV4Tests
{
    private static readonly StoreCredentials Keys = new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null, null);
    private static readonly DateTimeOffset Time = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("GET", "https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")] // get-vanilla
    [InlineData("POST", "https://example.amazonaws.com/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")] // post-vanilla
    [InlineData("GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")] // get-vanilla-query-order-key-case
    public void Published_request_gets_the_published_signature(string method, string uri, string signature)
    {
        var text = Sign(method, uri, [], "", "service");
        Assert.Equal(
            $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature={signature}", text);
    }

    [Fact]
    public void Published_form_gets_the_published_signature() => Assert.EndsWith(
        "SignedHeaders=content-type;host;x-amz-date, Signature=ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a", // post-x-www-form-urlencoded
        Sign("POST", "https://example.amazonaws.com/", new() { ["content-type"] = "application/x-www-form-urlencoded" }, "Param1=value1", "service"),
        StringComparison.Ordinal);

    [Fact]
    public void Example_of_the_documentation_gets_its_signature() => Assert.EndsWith(
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        Sign("GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", new() { ["content-type"] = "application/x-www-form-urlencoded; charset=utf-8" }, "", "iam"),
        StringComparison.Ordinal);

    [Fact]
    public async Task Request_is_signed_with_its_path_encoded_twice_and_the_hash_of_an_empty_body()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://example.amazonaws.com/v1/namespaces/a%1Fb");
        var clock = new SetClock { Now = Time };
        var authentication = new SigV4Authentication(new FixedCredentials(Keys), "us-east-1", "service", FixedAuthorization.Bearer("t"), clock);
        await authentication.ApplyAsync(request, default, default);
        const string Empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        Assert.Equal(Empty, request.Headers.GetValues("x-amz-content-sha256").Single());
        Assert.Equal("Bearer t", request.Headers.GetValues("Original-Authorization").Single());

        // Written out here once more, with the path as a server of AWS sees it.
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = "example.amazonaws.com", ["original-authorization"] = "Bearer t", ["x-amz-content-sha256"] = Empty, ["x-amz-date"] = "20150830T123600Z",
        };
        var canonical = "GET\n/v1/namespaces/a%251Fb\n\n" + string.Concat(headers.Select(h => $"{h.Key}:{h.Value}\n")) + $"\n{string.Join(';', headers.Keys)}\n{Empty}";
        var toSign = $"AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/service/aws4_request\n{SigV4.Hash(Encoding.UTF8.GetBytes(canonical))}";
        var key = new[] { "20150830", "us-east-1", "service", "aws4_request" }.Aggregate(Encoding.UTF8.GetBytes("AWS4" + Keys.SecretAccessKey), Mac);
        Assert.EndsWith($"Signature={Convert.ToHexStringLower(Mac(key, toSign))}", request.Headers.GetValues("Authorization").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_of_the_chain_are_asked_for_each_request_since_roles_change_theirs()
    {
        var role = new Role();
        var authentication = new SigV4Authentication(new AwsChain(() => role), "us-east-1", "glue", FixedAuthorization.None, new SetClock { Now = Time });
        foreach (var turn in new[] { "1", "2" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "https://glue.us-east-1.amazonaws.com/iceberg/v1/config");
            await authentication.ApplyAsync(request, default, default);
            Assert.Contains($"Credential=AKID{turn}/", request.Headers.GetValues("Authorization").Single(), StringComparison.Ordinal);
            Assert.Equal($"token {turn}", request.Headers.GetValues("x-amz-security-token").Single());
        }
    }

    [Fact]
    public async Task Chain_without_keys_is_an_error_that_says_what_to_set()
    {
        var authentication = new SigV4Authentication(new AwsChain(() => throw new Amazon.Runtime.AmazonClientException("nothing there")), "r", "glue", FixedAuthorization.None, new SetClock());
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://glue/");
        var error = await Assert.ThrowsAsync<CatalogException>(() => authentication.ApplyAsync(request, default, default).AsTask());
        Assert.Equal(CatalogError.NotAuthenticated, error.Error);
        Assert.Contains("rest.access-key-id", error.Message, StringComparison.Ordinal);
        Assert.Contains("nothing there", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Mac(byte[] key, string text) => System.Security.Cryptography.HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Sign(string method, string uri, Dictionary<string, string> more, string body, string service)
    {
        var target = new Uri(uri);
        var headers = new SortedDictionary<string, string>(more, StringComparer.Ordinal) { ["host"] = target.Host, ["x-amz-date"] = "20150830T123600Z" };
        return SigV4.Authorization(method, target, headers, SigV4.Hash(Encoding.UTF8.GetBytes(body)), Time, ("us-east-1", service), Keys);
    }

    /// <summary>A role of a machine: another key each time it is asked.</summary>
    private sealed class Role : Amazon.Runtime.AWSCredentials
    {
        private int _turn;

        public override Amazon.Runtime.ImmutableCredentials GetCredentials()
        {
            var turn = ++_turn;
            return new Amazon.Runtime.ImmutableCredentials($"AKID{turn}", "hush", $"token {turn}");
        }
    }
}
