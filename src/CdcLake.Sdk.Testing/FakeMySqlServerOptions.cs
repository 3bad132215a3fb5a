using CdcLake.Testing.Tables;

namespace CdcLake.Testing;

/// <summary>What a <see cref="FakeMySqlServer"/> is like.</summary>
public sealed class FakeMySqlServerOptions
{
    private readonly List<MemoryTable> _tables = [];
    private readonly List<string> _logFiles = [];

    /// <summary>The release that is played: it decides which statements there are, and what the server says of itself.</summary>
    /// <value>Default: <c>9.7.4</c>. From 8.0.26 on.</value>
    public string Version { get; set; } = "9.7.4";

    /// <summary>The server's name in its GTIDs. Two servers of one UUID that were written alike are a server and its restored copy.</summary>
    /// <value>Default: <c>7e57ab1e-0000-4000-8000-000000000002</c>.</value>
    public string Uuid { get; set; } = "7e57ab1e-0000-4000-8000-000000000002";

    /// <summary>Who may log in, and may do everything.</summary>
    /// <value>Default: <c>cdc</c>.</value>
    public string User { get; set; } = "cdc";

    /// <summary>The word of <see cref="User"/>; may be empty.</summary>
    /// <value>Default: <c>secret</c>.</value>
    public string Password { get; set; } = "secret";

    /// <summary>How <see cref="User"/> logs in: <c>caching_sha2_password</c> or <c>mysql_native_password</c>.</summary>
    /// <value>Default: <c>caching_sha2_password</c>, which asks for the whole password once after each start of the server.</value>
    public string AuthenticationPlugin { get; set; } = "caching_sha2_password";

    /// <summary>Whether the server offers TLS, with the certificate of <see cref="FakeMySqlServer.CertificatePem"/>.</summary>
    /// <value>Default: false.</value>
    public bool UsesTls { get; set; }

    /// <summary>How long a <see cref="FakeMySqlFault.Slow"/> answer is held back.</summary>
    /// <value>Default: 300 milliseconds.</value>
    public TimeSpan Lateness { get; set; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Source of the times in the log, and of heartbeats.</summary>
    /// <value>Default: the system's.</value>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Global variables that differ from those of a server which can be captured: <c>["binlog_format"] = "STATEMENT"</c>.</summary>
    /// <value>Default: none.</value>
    public IDictionary<string, string> Variables { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Declares a table that is there from the start, without a trace in the log.</summary>
    /// <param name="sql">With the name of the database: <c>CREATE TABLE appdb.sales (id BIGINT PRIMARY KEY, …)</c>. Of keys the primary one counts.</param>
    /// <exception cref="TableRowException">It is not understood.</exception>
    public void CreateTable(string sql)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(sql);
        _tables.Add(CreateTableText.Read(sql));
    }

    /// <summary>Gives the server log files that a real one has written; what is written to the fake goes on behind them. Rows are not taken out of them: what the tables hold is what is inserted.</summary>
    /// <param name="paths">The oldest first; names end in the number of the file, as <c>binlog.000012</c>.</param>
    public void ReplayLog(params IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        _logFiles.AddRange(paths);
    }

    /// <summary>The declared tables.</summary>
    internal IReadOnlyList<MemoryTable> Tables => _tables;

    /// <summary>The recorded files.</summary>
    internal IReadOnlyList<string> LogFiles => _logFiles;

    /// <summary>Refuses what cannot be played.</summary>
    /// <exception cref="ArgumentException">There is something.</exception>
    internal void Validate()
    {
        if (AuthenticationPlugin is not ("caching_sha2_password" or "mysql_native_password"))
        {
            throw new ArgumentException($"{nameof(AuthenticationPlugin)} is {AuthenticationPlugin}. Choose caching_sha2_password or mysql_native_password.");
        }

        if (!Guid.TryParseExact(Uuid, "D", out _))
        {
            throw new ArgumentException($"{nameof(Uuid)} is {Uuid}. Write 32 hexadecimal digits in the groups of a UUID.");
        }

        if (!System.Version.TryParse(Version, out _))
        {
            throw new ArgumentException($"{nameof(Version)} is {Version}. Write three numbers, as 8.4.6.");
        }
    }
}
