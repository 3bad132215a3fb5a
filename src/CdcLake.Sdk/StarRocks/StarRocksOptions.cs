namespace CdcLake;

/// <summary>How a <see cref="StarRocksCluster"/> is reached for loads; the defaults suit a cluster whose backends can be reached from here. Copied when the cluster object is made.</summary>
public sealed class StarRocksOptions
{
    private static readonly TimeSpan LongestLoad = TimeSpan.FromSeconds(259_200);

    /// <summary>
    /// Addresses of the frontends for Stream Load, separated by <c>;</c>: <c>http://fe1:8030;http://fe2:8030</c>. The first that answers is used. The connectors' <c>load-url</c>.
    /// </summary>
    /// <value>Default: null, the hosts of the connection string at port 8030.</value>
    public string? LoadUrl { get; set; }

    /// <summary>
    /// Changes the address of a backend to which a frontend redirects: for clusters behind address translation, whose backends have names that mean nothing here. Gets the whole address and
    /// returns the one to use; the credentials go there.
    /// </summary>
    /// <value>Default: null, addresses are used as the frontend gives them.</value>
    public Func<Uri, Uri>? RewriteAddress { get; set; }

    /// <summary>
    /// Path of a PEM file with the authorities that sign the certificates of https addresses, read when the cluster object is made. The MySQL protocol has its own, <c>SSL CA</c> of the
    /// connection string.
    /// </summary>
    /// <value>Default: null, the authorities that this machine trusts.</value>
    public string? CertificateAuthorities { get; set; }

    /// <summary>Whether bodies are compressed with gzip: for slow networks. JSON needs a server from 3.2.7 on.</summary>
    /// <value>Default: false.</value>
    public bool Compress { get; set; }

    /// <summary>How long one load may take on the server.</summary>
    /// <value>Default: 10 minutes, the server's own.</value>
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long requests are repeated before a commit counts as failed; the pipeline then begins anew from what is committed, after pauses of its own.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan RetryFor { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>A validated copy.</summary>
    internal StarRocksOptions Freeze()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(LoadTimeout, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LoadTimeout, LongestLoad);
        ArgumentOutOfRangeException.ThrowIfLessThan(RetryFor, TimeSpan.Zero);
        return (StarRocksOptions)MemberwiseClone();
    }
}
