using System.Data.Common;
using System.Globalization;
using System.Security.Authentication;
using CdcLake.Common;

namespace CdcLake.MySql.Wire;

/// <summary>
/// Reads connection strings as MySqlConnector users write them. Keywords are compared without case and spaces. What concerns pooling and ADO.NET commands
/// is accepted and has no effect here; what would change the meaning of the connection and is not supported is an error.
/// Source: MySqlConnector documentation, "Connection String Options".
/// </summary>
internal static class ConnectionString
{
    private static readonly string[] Ignored =
    [
        "pooling", "minimumpoolsize", "minpoolsize", "maximumpoolsize", "maxpoolsize", "connectionlifetime", "connectionreset", "connectionidletimeout",
        "connectionidleping", "defaultcommandtimeout", "commandtimeout", "cancellationtimeout", "persistsecurityinfo", "allowbatch", "allowuservariables",
        "allowloadlocalinfile", "allowzerodatetime", "convertzerodatetime", "datetimekind", "guidformat", "oldguids", "treattinyasboolean", "autoenlist",
        "usexatransactions", "useaffectedrows", "ignorecommandtransaction", "ignoreprepare", "interactivesession", "interactive", "loadbalance",
        "nobackslashescapes", "serverredirectionmode", "deferconnectionreset", "dnscheckinterval", "characterset", "charset", "forcesynchronous",
        "pipelining", "certificatestorelocation", "certificatethumbprint",
    ];

    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["server"] = "server", ["host"] = "server", ["datasource"] = "server", ["address"] = "server", ["addr"] = "server", ["networkaddress"] = "server",
        ["port"] = "port",
        ["userid"] = "user", ["uid"] = "user", ["username"] = "user", ["user"] = "user",
        ["password"] = "password", ["pwd"] = "password",
        ["database"] = "database", ["initialcatalog"] = "database",
        ["connectionprotocol"] = "protocol", ["protocol"] = "protocol",
        ["pipename"] = "pipe", ["pipe"] = "pipe",
        ["sslmode"] = "sslmode",
        ["sslca"] = "sslca", ["cacertificatefile"] = "sslca", ["cacertificate"] = "sslca",
        ["sslcert"] = "sslcert", ["sslkey"] = "sslkey",
        ["certificatefile"] = "certificatefile", ["certificatepassword"] = "certificatepassword",
        ["tlsversion"] = "tlsversion", ["tlsversions"] = "tlsversion",
        ["allowpublickeyretrieval"] = "allowpublickeyretrieval",
        ["serverrsapublickeyfile"] = "serverrsapublickeyfile",
        ["connectiontimeout"] = "connectiontimeout", ["connecttimeout"] = "connectiontimeout",
        ["keepalive"] = "keepalive",
        ["applicationname"] = "applicationname",
        ["usecompression"] = "usecompression", ["compress"] = "usecompression",
    };

    private static readonly string[] Spellings =
    [
        "Server", "Host", "Data Source", "Address", "Port", "User ID", "Uid", "Username", "User", "Password", "Pwd", "Database", "Initial Catalog",
        "Connection Protocol", "SSL Mode", "SSL CA", "SSL Cert", "SSL Key", "Certificate File", "Certificate Password", "TLS Version",
        "Allow Public Key Retrieval", "Server RSA Public Key File", "Connection Timeout", "Connect Timeout", "Keep Alive", "Application Name",
        "Use Compression", "Pooling", "Minimum Pool Size", "Maximum Pool Size", "Default Command Timeout", "Persist Security Info",
    ];

    /// <exception cref="ArgumentException">Malformed text, an unknown keyword or a bad value; the message never contains a secret.</exception>
    public static MySqlConnectionOptions Parse(string text)
    {
        var values = ReadValues(text);
        RefuseUnsupported(values);
        var hosts = Get(values, "server", "localhost").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return new MySqlConnectionOptions
        {
            Hosts = hosts.Length > 0 ? hosts : throw new ArgumentException("The connection string has an empty Server."),
            Port = Number(values, "port", "Port", 3306, 1, 65535),
            User = Get(values, "user", ""),
            Password = Get(values, "password", ""),
            Database = values.GetValueOrDefault("database") is { Length: > 0 } database ? database : null,
            SslMode = ReadSslMode(values),
            SslCa = values.GetValueOrDefault("sslca"),
            SslCert = values.GetValueOrDefault("sslcert"),
            SslKey = values.GetValueOrDefault("sslkey"),
            CertificateFile = values.GetValueOrDefault("certificatefile"),
            CertificatePassword = values.GetValueOrDefault("certificatepassword"),
            TlsVersions = ReadTlsVersions(Get(values, "tlsversion", "")),
            AllowPublicKeyRetrieval = Flag(values, "allowpublickeyretrieval", "Allow Public Key Retrieval"),
            ServerRsaPublicKeyFile = values.GetValueOrDefault("serverrsapublickeyfile"),
            ConnectionTimeout = ReadTimeout(values),
            KeepAlive = TimeSpan.FromSeconds(Number(values, "keepalive", "Keep Alive", 0, 0, int.MaxValue / 1000)),
            ApplicationName = Get(values, "applicationname", "CdcLake"),
        };
    }

    private static Dictionary<string, string> ReadValues(string text)
    {
        var builder = new DbConnectionStringBuilder();
        try
        {
            builder.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            // The framework's message quotes the string, which may hold the password: it is dropped on purpose.
            throw new ArgumentException("The connection string is malformed. Write Keyword=Value pairs separated by ';' and quote values that contain ';' or '='.");
        }

        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string keyword in builder.Keys)
        {
            var normal = Normalize(keyword);
            if (Aliases.TryGetValue(normal, out var name))
            {
                values[name] = Convert.ToString(builder[keyword], CultureInfo.InvariantCulture) ?? "";
            }
            else if (!Ignored.AsSpan().Contains(normal))
            {
                throw new ArgumentException($"Keyword \"{keyword}\" of the connection string is unknown. Did you mean \"{NearestNames.Of(keyword, Spellings)[0]}\"?");
            }
        }

        return values;
    }

    private static string Normalize(string keyword) => keyword.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant();

    private static void RefuseUnsupported(Dictionary<string, string> values)
    {
        if (Flag(values, "usecompression", "Use Compression"))
        {
            throw new ArgumentException("Use Compression=true is not supported. Remove it; binary logs travel uncompressed.");
        }

        var protocol = Get(values, "protocol", "socket");
        if (values.ContainsKey("pipe") || !(Is("socket") || Is("sockets") || Is("tcp") || Is("unix") || Is("unixsocket")))
        {
            throw new ArgumentException("Connection Protocol must be Sockets or Unix; named pipes and shared memory are not supported.");
        }

        bool Is(string name) => protocol.Equals(name, StringComparison.OrdinalIgnoreCase);
    }

    private static SslMode ReadSslMode(Dictionary<string, string> values) => Normalize(Get(values, "sslmode", "preferred")) switch
    {
        "none" or "disabled" => SslMode.None,
        "preferred" or "prefered" => SslMode.Preferred,
        "required" => SslMode.Required,
        "verifyca" => SslMode.VerifyCA,
        "verifyfull" => SslMode.VerifyFull,
        _ => throw new ArgumentException("SSL Mode must be None, Preferred, Required, VerifyCA or VerifyFull."),
    };

    private static SslProtocols ReadTlsVersions(string text)
    {
        var versions = SslProtocols.None;
        foreach (var part in text.Trim('(', ')').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            versions |= Normalize(part) switch
            {
                "tls1.2" or "tlsv1.2" or "tls12" => SslProtocols.Tls12,
                "tls1.3" or "tlsv1.3" or "tls13" => SslProtocols.Tls13,
                _ => throw new ArgumentException("TLS Version must list TLS 1.2 and/or TLS 1.3; older versions are not safe."),
            };
        }

        return versions;
    }

    private static TimeSpan ReadTimeout(Dictionary<string, string> values)
    {
        var seconds = Number(values, "connectiontimeout", "Connection Timeout", 15, 0, int.MaxValue / 1000);
        return seconds == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromSeconds(seconds);
    }

    private static string Get(Dictionary<string, string> values, string name, string fallback) => values.GetValueOrDefault(name, fallback);

    private static int Number(Dictionary<string, string> values, string name, string spelling, int fallback, int min, int max)
    {
        if (!values.TryGetValue(name, out var text))
        {
            return fallback;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= min && value <= max
            ? value
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{spelling} must be a number from {min} to {max}."));
    }

    private static bool Flag(Dictionary<string, string> values, string name, string spelling) => Get(values, name, "false").ToLowerInvariant() switch
    {
        "true" or "yes" or "1" or "on" => true,
        "false" or "no" or "0" or "off" => false,
        _ => throw new ArgumentException($"{spelling} must be true or false."),
    };
}
