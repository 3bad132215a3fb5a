namespace CdcLake.Testing;

/// <summary>What a <see cref="FakeStarRocks"/> is like.</summary>
public sealed class FakeStarRocksOptions
{
    /// <summary>The release that is played: it decides which interfaces there are, which types, and what the server says of itself.</summary>
    /// <value>Default: <c>3.3.5</c>. From 2.5 on with transactions, from 4.0 on with several tables in one.</value>
    public string Version { get; set; } = "3.3.5";

    /// <summary>Frontends, of which the first one leads; the others redirect what only the leader answers.</summary>
    /// <value>Default: 1.</value>
    public int Frontends { get; set; } = 1;

    /// <summary>Backends, 0 for a cluster in which none is alive.</summary>
    /// <value>Default: 1.</value>
    public int Backends { get; set; } = 1;

    /// <summary>Whether all servers speak HTTPS, with the certificate of <see cref="FakeStarRocks.CertificatePem"/>. The MySQL protocol has no TLS here.</summary>
    /// <value>Default: false.</value>
    public bool UsesHttps { get; set; }

    /// <summary>Who may log in.</summary>
    /// <value>Default: <c>root</c>.</value>
    public string User { get; set; } = "root";

    /// <summary>The word of <see cref="User"/>; may be empty, as on a new cluster.</summary>
    /// <value>Default: <c>secret</c>.</value>
    public string Password { get; set; } = "secret";

    /// <summary>Whether <see cref="User"/> may insert.</summary>
    /// <value>Default: true.</value>
    public bool MayInsert { get; set; } = true;

    /// <summary>Whether <see cref="User"/> may create databases and tables.</summary>
    /// <value>Default: true.</value>
    public bool MayCreate { get; set; } = true;

    /// <summary>How long a <see cref="FakeStarRocksFault.Late"/> answer takes.</summary>
    /// <value>Default: 300 milliseconds.</value>
    public TimeSpan Lateness { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Versions that a table holds before loads are refused (<c>tablet_max_versions</c>).</summary>
    /// <value>Default: int.MaxValue, no limit.</value>
    public int MaxVersions { get; set; } = int.MaxValue;

    /// <summary>Transactions that may be open at a time in a database (<c>max_running_txn_num_per_db</c>).</summary>
    /// <value>Default: 1,000.</value>
    public int MaxRunningTransactions { get; set; } = 1000;

    /// <summary>Bytes of a JSON body that are taken without <c>ignore_json_size</c> (<c>streaming_load_max_batch_size_mb</c>).</summary>
    /// <value>Default: 100 MiB.</value>
    public long MaxJsonBytes { get; set; } = 100L << 20;

    /// <summary>Whether the bodies of loads are thrown away, for benchmarks of what writes them; those into tables <c>cdclake_positions</c> are not, without which a pipeline cannot go on.</summary>
    /// <value>Default: false; bodies are read as a backend reads them.</value>
    public bool DiscardsRows { get; set; }
}
