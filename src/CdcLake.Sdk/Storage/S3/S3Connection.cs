using Amazon;
using Amazon.Runtime;
using Amazon.S3;

namespace CdcLake.Storage.S3;

/// <summary>A client of one store, shared by all its buckets, and the way its requests are sent. Opens nothing before the first request. Safe for concurrent use.</summary>
internal sealed class S3Connection
{
    private const string RegionOfOthers = "us-east-1"; // what stores other than AWS call themselves, unless they are told otherwise
    private readonly Lazy<AmazonS3Client> _client;
    private readonly RenewedCredentials? _renewed;

    /// <param name="options">Where and how; frozen.</param>
    /// <param name="credentials">Credentials that are renewed; null for those of the options, or AWS's own chain.</param>
    /// <param name="clock">Measures time-outs and pauses.</param>
    public S3Connection(S3Options options, IStoreCredentials? credentials, TimeProvider clock)
    {
        Options = options;
        _renewed = credentials is null ? null : new RenewedCredentials(credentials);
        Errors = new S3Errors(
            options.Endpoint ?? "AWS", options.Region ?? (options.Endpoint is null ? "by default" : RegionOfOthers), renewsCredentials: options.AccessKeyId is null || credentials is not null);
        Calls = new S3Calls(options, Errors, clock, _renewed is null ? null : _renewed.RenewAsync);
        _client = new Lazy<AmazonS3Client>(CreateClient);
    }

    public S3Options Options { get; }

    public S3Calls Calls { get; }

    public S3Errors Errors { get; }

    /// <summary>True once the store has said that it does not delete several objects by one request.</summary>
    public bool DeletesOneByOne { get; set; }

    /// <summary>The client; asked for inside a call, so that what is wrong with its settings is told like other errors.</summary>
    public IAmazonS3 Client => _client.Value;

    private AmazonS3Client CreateClient()
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = Options.PathStyleAccess,
            MaxErrorRetry = 0,
            MaxStaleConnectionRetries = 0,
            ThrottleRetries = false,
            HttpClientFactory = new S3Http(Options.ConnectTimeout),
            RequestChecksumCalculation = Options.ChecksumEnabled ? RequestChecksumCalculation.WHEN_SUPPORTED : RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = Options.ChecksumEnabled ? ResponseChecksumValidation.WHEN_SUPPORTED : ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (Options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = Options.Region ?? RegionOfOthers;
        }
        else if (Options.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return (_renewed, Options) switch
        {
            ({ } renewed, _) => new AmazonS3Client(renewed, config),
            (_, { SessionToken: { } token }) => new AmazonS3Client(new SessionAWSCredentials(Options.AccessKeyId, Options.SecretAccessKey, token), config),
            (_, { AccessKeyId: not null }) => new AmazonS3Client(new BasicAWSCredentials(Options.AccessKeyId, Options.SecretAccessKey), config),
            _ => new AmazonS3Client(config),
        };
    }

    /// <summary>The credentials that were fetched last: the SDK signs without waiting, so they are asked for before each request.</summary>
    private sealed class RenewedCredentials(IStoreCredentials source) : AWSCredentials
    {
        private volatile ImmutableCredentials? _now;

        public async ValueTask RenewAsync(CancellationToken cancellationToken)
        {
            var credentials = await source.GetAsync(cancellationToken).ConfigureAwait(false);
            if (_now is not { } now || now.AccessKey != credentials.AccessKeyId || now.SecretKey != credentials.SecretAccessKey || now.Token != credentials.SessionToken)
            {
                _now = new ImmutableCredentials(credentials.AccessKeyId, credentials.SecretAccessKey, credentials.SessionToken);
            }
        }

        public override ImmutableCredentials GetCredentials() => _now ?? throw new InvalidOperationException("Credentials are fetched before a request is made.");
    }
}
