namespace CdcLake.Iceberg.Catalogs.Rest.Auth;

/// <summary>Who signs. Never printed.</summary>
/// <param name="AccessKeyId">Public half.</param>
/// <param name="SecretAccessKey">Secret half.</param>
/// <param name="SessionToken">Of temporary keys, or null.</param>
internal sealed record AwsKeys(string AccessKeyId, string SecretAccessKey, string? SessionToken)
{
    /// <summary>Keys of the catalog's properties, else those of the environment; null when there are none.</summary>
    public static AwsKeys? Of(IReadOnlyDictionary<string, string> properties)
    {
        if (properties.TryGetValue(AuthProperties.AccessKey, out var id) && properties.TryGetValue(AuthProperties.SecretKey, out var secret))
        {
            return new AwsKeys(id, secret, properties.GetValueOrDefault(AuthProperties.SessionToken));
        }

        return Environment.GetEnvironmentVariable("AWS_ACCESS_KEY_ID") is { Length: > 0 } key && Environment.GetEnvironmentVariable("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } hidden
            ? new AwsKeys(key, hidden, Environment.GetEnvironmentVariable("AWS_SESSION_TOKEN"))
            : null;
    }

    public override string ToString() => AccessKeyId;
}
