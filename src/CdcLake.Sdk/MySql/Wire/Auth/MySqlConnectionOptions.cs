using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CdcLake.Common;
using CdcLake.MySql.Wire.Packets;
using MySqlConnector;

namespace CdcLake.MySql.Wire.Auth;

/// <summary>
/// How to reach a server and log in: one connection string (or data source), read by MySqlConnector's own parser, for both clients. Statements go through
/// MySqlConnector (<see cref="ServerSession"/>); the log and the rows of a snapshot through <see cref="WireConnection"/>, which takes the same credentials and
/// TLS settings from here. Immutable; <see cref="ToString"/> and all messages made from it are free of the password.
/// </summary>
internal sealed record MySqlConnectionOptions
{
    private static readonly string[] Spellings =
    [
        "Server", "Host", "Data Source", "Port", "User ID", "Username", "Uid", "User", "Password", "Pwd", "Database", "Initial Catalog", "Connection Protocol",
        "SSL Mode", "SSL CA", "SSL Cert", "SSL Key", "Certificate File", "Certificate Password", "TLS Version", "Allow Public Key Retrieval",
        "Server RSA Public Key File", "Connection Timeout", "Keepalive", "Application Name", "Use Compression", "Pooling", "Default Command Timeout",
    ];

    /// <summary>Host names, addresses or (starting with '/') Unix socket paths, in the order in which they are tried.</summary>
    public required IReadOnlyList<string> Hosts { get; init; }

    public required int Port { get; init; }

    public required string User { get; init; }

    /// <summary>The password, unless <see cref="PasswordCallback"/> knows a fresher one.</summary>
    public required string Password { get; init; }

    /// <summary>Asked before each login, where the data source has such a callback; null otherwise.</summary>
    public Func<MySqlProvidePasswordContext, string>? PasswordCallback { get; init; }

    /// <summary>Default schema of the session, or null.</summary>
    public string? Database { get; init; }

    public required MySqlSslMode SslMode { get; init; }

    /// <summary>PEM file with the authorities that VerifyCA and VerifyFull trust instead of the machine's.</summary>
    public string? SslCa { get; init; }

    /// <summary>PEM file with the client's certificate.</summary>
    public string? SslCert { get; init; }

    /// <summary>PEM file with the key of <see cref="SslCert"/>.</summary>
    public string? SslKey { get; init; }

    /// <summary>PFX file with the client's certificate and key.</summary>
    public string? CertificateFile { get; init; }

    public string? CertificatePassword { get; init; }

    /// <summary>The data source's own judgement of server certificates; null otherwise.</summary>
    public RemoteCertificateValidationCallback? CertificateValidation { get; init; }

    /// <summary>Adds the data source's client certificates; null otherwise.</summary>
    public Func<X509CertificateCollection, ValueTask>? ClientCertificates { get; init; }

    /// <summary>Allowed versions; None lets the operating system choose.</summary>
    public SslProtocols TlsVersions { get; init; } = SslProtocols.None;

    /// <summary>Whether the server's RSA key may be asked for over a connection in clear, which somebody in between could answer.</summary>
    public bool AllowPublicKeyRetrieval { get; init; }

    /// <summary>PEM file with the server's RSA key, so that it need not be asked for.</summary>
    public string? ServerRsaPublicKeyFile { get; init; }

    /// <summary>How the log and rows of snapshots may be compressed on their way, where the server offers it.</summary>
    /// <value>Empty; with <c>Use Compression</c> zstd, else zlib.</value>
    public IReadOnlyList<CompressionAlgorithm> Compression { get; init; } = [];

    /// <summary>Longest time from the first packet to a finished login.</summary>
    /// <value>15 seconds.</value>
    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Longest silence of the server while an answer is awaited.</summary>
    /// <value>60 seconds.</value>
    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Idle time after which TCP keep-alives are sent.</summary>
    /// <value>30 seconds.</value>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Shown to the server's administrator as <c>program_name</c>.</summary>
    public string ApplicationName { get; init; } = "CdcLake";

    /// <summary>Host and port, or the socket path, of the first host: the name of the server in messages.</summary>
    public string Endpoint => EndpointOf(Hosts[0]);

    // Holds what only MySqlConnector's sessions need.
    private string ConnectionString { get; init; } = "";

    /// <summary>Reads a connection string with MySqlConnector's keywords.</summary>
    /// <exception cref="ArgumentException">An unknown keyword (the message names the nearest known one) or a value out of its range. Never contains the password.</exception>
    public static MySqlConnectionOptions Parse(string connectionString)
    {
        MySqlConnectionStringBuilder settings;
        try
        {
            settings = new MySqlConnectionStringBuilder(connectionString);
        }
        catch (ArgumentException error)
        {
            throw Explain(error.Message); // the foreign message may quote a secret: it is dropped on purpose
        }

        return Of(settings);
    }

    /// <summary>The settings and callbacks of the user's own data source. Its pool is not used: sessions here have settings of their own.</summary>
    /// <exception cref="ArgumentException">The data source has a setting that cannot be honoured.</exception>
    public static MySqlConnectionOptions Of(MySqlDataSource dataSource)
    {
        using var connection = dataSource.CreateConnection(); // not opened: it carries the callbacks
        var (password, judgement, certificates) = (connection.ProvidePasswordCallback, connection.RemoteCertificateValidationCallback, connection.ProvideClientCertificatesCallback);
        return Of(new MySqlConnectionStringBuilder(connection.ConnectionString)) with { PasswordCallback = password, CertificateValidation = judgement, ClientCertificates = certificates };
    }

    public string EndpointOf(string host) => host.StartsWith('/') ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{Port}");

    /// <summary>The same for one host of the list.</summary>
    public MySqlConnectionOptions At(string host) => this with { Hosts = [host] };

    /// <summary>An unopened connection to one host for statements, outside any pool.</summary>
    public MySqlConnector.MySqlConnection CreateConnection(string host)
    {
        var settings = new MySqlConnectionStringBuilder(ConnectionString)
        {
            Server = host,
            Pooling = false,
            AutoEnlist = false,
            AllowUserVariables = true,
            TreatTinyAsBoolean = false,
            UseCompression = false,
            ServerRedirectionMode = MySqlServerRedirectionMode.Disabled,
            Keepalive = (uint)KeepAlive.TotalSeconds,
            DefaultCommandTimeout = (uint)Math.Ceiling(ReadTimeout.TotalSeconds),
            ApplicationName = ApplicationName,
        };
        return new MySqlConnector.MySqlConnection(settings.ConnectionString)
        {
            ProvidePasswordCallback = PasswordCallback,
            RemoteCertificateValidationCallback = CertificateValidation,
            ProvideClientCertificatesCallback = ClientCertificates,
        };
    }

    public override string ToString() => $"{User}@{Endpoint}";

    private static MySqlConnectionOptions Of(MySqlConnectionStringBuilder settings)
    {
        var hosts = settings.Server is { Length: > 0 } server ? server : "localhost";
        RefuseUnsupported(settings);
        return new MySqlConnectionOptions
        {
            Hosts = hosts.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } list
                ? list
                : throw new ArgumentException("The connection string has an empty Server."),
            Port = (int)settings.Port,
            User = settings.UserID,
            Password = settings.Password,
            Database = NullIfEmpty(settings.Database),
            SslMode = settings.SslMode,
            SslCa = NullIfEmpty(settings.SslCa),
            SslCert = NullIfEmpty(settings.SslCert),
            SslKey = NullIfEmpty(settings.SslKey),
            CertificateFile = NullIfEmpty(settings.CertificateFile),
            CertificatePassword = NullIfEmpty(settings.CertificatePassword),
            TlsVersions = ReadTlsVersions(settings.TlsVersion),
            AllowPublicKeyRetrieval = settings.AllowPublicKeyRetrieval,
            ServerRsaPublicKeyFile = NullIfEmpty(settings.ServerRsaPublicKeyFile),
            Compression = settings.UseCompression ? [CompressionAlgorithm.Zstd, CompressionAlgorithm.Zlib] : [],
            ConnectionTimeout = settings.ConnectionTimeout == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(settings.ConnectionTimeout),
            KeepAlive = settings.Keepalive == 0 ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(settings.Keepalive),
            ApplicationName = NullIfEmpty(settings.ApplicationName) ?? "CdcLake",
            ConnectionString = settings.ConnectionString,
        };
    }

    // MySqlConnector says "Option 'x' not supported." and "Invalid value 'y' for 'x' connection string option.".
    private static ArgumentException Explain(string message)
    {
        var quoted = message.Split('\'');
        if (message.StartsWith("Option '", StringComparison.Ordinal) && quoted.Length > 1)
        {
            return new ArgumentException($"Keyword \"{quoted[1]}\" of the connection string is unknown. Did you mean \"{NearestNames.Of(quoted[1], Spellings)[0]}\"?");
        }

        return message.EndsWith(" connection string option.", StringComparison.Ordinal) && quoted.Length > 2
            ? new ArgumentException($"{quoted[^2]} of the connection string has a value that it does not take.")
            : new ArgumentException(
                "The connection string is malformed, or SSL Mode or another keyword has a value that it does not take. Write Keyword=Value pairs separated by ';' "
                + "and quote values that contain ';' or '='.");
    }

    private static void RefuseUnsupported(MySqlConnectionStringBuilder settings)
    {
        if (settings.Port is 0 or > 65535)
        {
            throw new ArgumentException("Port must be a number from 1 to 65535.");
        }

        if (settings.ConnectionProtocol is not (MySqlConnectionProtocol.Sockets or MySqlConnectionProtocol.UnixSocket))
        {
            throw new ArgumentException("Connection Protocol must be Sockets or Unix; named pipes and shared memory are not supported.");
        }

        if (settings.CertificateStoreLocation != MySqlCertificateStoreLocation.None)
        {
            throw new ArgumentException("Certificate Store Location is not supported for the log. Use SSL Cert and SSL Key, or Certificate File.");
        }
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static SslProtocols ReadTlsVersions(string? text)
    {
        var names = (text ?? "").ToUpperInvariant().Replace(" ", "", StringComparison.Ordinal).Replace("TLSV", "TLS", StringComparison.Ordinal).Trim('(', ')')
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(name => name.Replace(".", "", StringComparison.Ordinal))
            .ToHashSet(StringComparer.Ordinal);
        if (!names.IsSubsetOf(["TLS12", "TLS13"]))
        {
            throw new ArgumentException("TLS Version must list TLS 1.2 and/or TLS 1.3; older versions are not safe.");
        }

        return (names.Contains("TLS12"), names.Contains("TLS13")) switch
        {
            (true, true) => SslProtocols.Tls12 | SslProtocols.Tls13,
            (true, false) => SslProtocols.Tls12,
            (false, true) => SslProtocols.Tls13,
            _ => SslProtocols.None,
        };
    }
}
