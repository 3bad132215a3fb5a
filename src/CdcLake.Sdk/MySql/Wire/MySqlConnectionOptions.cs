using System.Globalization;
using System.Security.Authentication;

namespace CdcLake.MySql.Wire;

/// <summary>How to reach one server and log in. Immutable; <see cref="ToString"/> and all messages made from it are free of the password.</summary>
internal sealed class MySqlConnectionOptions
{
    /// <summary>Host names, addresses or (starting with '/') Unix socket paths, tried in order.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = ["localhost"];

    /// <value>3306.</value>
    public int Port { get; init; } = 3306;

    public string User { get; init; } = "";

    public string Password { get; init; } = "";

    /// <summary>Default schema of the session, or null.</summary>
    public string? Database { get; init; }

    /// <value><see cref="Wire.SslMode.Preferred"/>.</value>
    public SslMode SslMode { get; init; } = SslMode.Preferred;

    /// <summary>PEM file with the authorities that <see cref="SslMode.VerifyCA"/> and <see cref="SslMode.VerifyFull"/> trust instead of the machine's.</summary>
    public string? SslCa { get; init; }

    /// <summary>PEM file with the client's certificate.</summary>
    public string? SslCert { get; init; }

    /// <summary>PEM file with the key of <see cref="SslCert"/>.</summary>
    public string? SslKey { get; init; }

    /// <summary>PFX file with the client's certificate and key.</summary>
    public string? CertificateFile { get; init; }

    public string? CertificatePassword { get; init; }

    /// <summary>Allowed versions; None lets the operating system choose.</summary>
    public SslProtocols TlsVersions { get; init; } = SslProtocols.None;

    /// <summary>Whether the server's RSA key may be asked for over a connection in clear, which somebody in between could answer.</summary>
    public bool AllowPublicKeyRetrieval { get; init; }

    /// <summary>PEM file with the server's RSA key, so that it need not be asked for.</summary>
    public string? ServerRsaPublicKeyFile { get; init; }

    /// <summary>Longest time from the first packet to a finished login.</summary>
    /// <value>15 seconds.</value>
    public TimeSpan ConnectionTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Idle time after which TCP keep-alives are sent; zero leaves the system's default.</summary>
    public TimeSpan KeepAlive { get; init; }

    /// <summary>Shown to the server's administrator as <c>program_name</c>.</summary>
    public string ApplicationName { get; init; } = "CdcLake";

    /// <summary>Host and port, or the socket path, of the first host: the name of the server in messages.</summary>
    public string Endpoint => EndpointOf(Hosts[0]);

    /// <summary>Reads a connection string with MySqlConnector's keywords.</summary>
    /// <exception cref="ArgumentException">An unknown keyword (the message names the nearest known one) or a value out of its range. Never contains the password.</exception>
    public static MySqlConnectionOptions Parse(string connectionString) => ConnectionString.Parse(connectionString);

    public string EndpointOf(string host) => host.StartsWith('/') ? host : string.Create(CultureInfo.InvariantCulture, $"{host}:{Port}");

    public override string ToString() => $"{User}@{Endpoint}";
}
