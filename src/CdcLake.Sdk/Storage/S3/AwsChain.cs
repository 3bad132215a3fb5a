using Amazon.Runtime;
using Amazon.Runtime.Credentials;

namespace CdcLake.Storage.S3;

/// <summary>Keys as AWS's own chain finds them: environment, profiles, web identities, the roles of containers and machines. The SDK renews those that expire. Safe for concurrent use.</summary>
/// <param name="find">Looks for them, once; null for the SDK's own way.</param>
internal sealed class AwsChain(Func<AWSCredentials>? find = null) : IStoreCredentials
{
    private readonly Lazy<AWSCredentials> _found = new(find ?? (() => DefaultAWSCredentialsIdentityResolver.GetCredentials(null)), LazyThreadSafetyMode.PublicationOnly);

    /// <exception cref="ObjectStoreException">There are none, or whoever gives them does not answer.</exception>
    public async ValueTask<StoreCredentials> GetAsync(CancellationToken cancellationToken)
    {
        try
        {
            var keys = await _found.Value.GetCredentialsAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            return new StoreCredentials(keys.AccessKey, keys.SecretKey, keys.Token is { Length: > 0 } token ? token : null, null);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new ObjectStoreException($"AWS's own chain (AWS_ACCESS_KEY_ID, a profile, a role) gives no credentials: {e.Message}", e);
        }
    }
}
