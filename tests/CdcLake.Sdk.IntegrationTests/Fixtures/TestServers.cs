namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>The servers the environment names.</summary>
internal static class TestServers
{
    public const string MySql = "CDCLAKE_TEST_MYSQL";

    /// <summary>File with the authority that signed the certificate of <see cref="MySql"/>.</summary>
    public const string MySqlCa = "CDCLAKE_TEST_MYSQL_CA";

    /// <summary>A MariaDB server of a current version.</summary>
    public const string MariaDb = "CDCLAKE_TEST_MARIADB";

    /// <summary>A MariaDB server of the oldest version that is supported.</summary>
    public const string MariaDbOld = "CDCLAKE_TEST_MARIADB_OLD";

    /// <summary>Ceph's S3 gateway, as <c>http://KEY:SECRET@HOST:PORT</c>.</summary>
    public const string Ceph = "CDCLAKE_TEST_S3_CEPH";

    /// <summary>The S3 of moto, which checks no signatures, likewise.</summary>
    public const string Moto = "CDCLAKE_TEST_S3_MOTO";

    private static bool IsCi => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>The value of a variable that a test declared with <see cref="ServerFactAttribute"/>.</summary>
    public static string Get(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? variable == MySql && Environment.GetEnvironmentVariable(MySqlCa) is { Length: > 0 } ca ? Secured(value, ca) : value
        : throw new InvalidOperationException($"{variable} is not set, and with CI=true no test may be skipped. tests/run.sh starts the servers and sets it.");

    /// <summary>A connection string that insists on encryption and on the server's own authority.</summary>
    public static string Secured(string connectionString, string ca) => $"{connectionString};SSL Mode=VerifyCA;SSL CA={ca}";

    public static string? ReasonToSkip(string[] variables)
    {
        var missing = variables.Where(v => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(v))).ToList();
        return missing.Count == 0 || IsCi ? null : $"needs {string.Join(", ", missing)} (tests/run.sh starts the servers)";
    }
}
