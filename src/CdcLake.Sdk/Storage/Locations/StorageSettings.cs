using CdcLake.Storage.S3;

namespace CdcLake.Storage.Locations;

/// <summary>How the stores of a catalog are reached. Immutable.</summary>
/// <param name="S3">Stores with the S3 protocol; frozen.</param>
/// <param name="Credentials">Credentials for those that are renewed; null for what the options say.</param>
internal sealed record StorageSettings(S3Options S3, IStoreCredentials? Credentials = null)
{
    /// <summary>Nothing is said: AWS's own defaults.</summary>
    public static StorageSettings Default { get; } = new(new S3Options());

    /// <summary>True for a property that <see cref="Parse"/> reads: a catalog leaves these alone.</summary>
    public static bool IsProperty(string name) => S3Properties.IsOne(name);

    /// <summary>The settings that properties as Iceberg names them ask for; names that are not <see cref="IsProperty"/> are not looked at.</summary>
    /// <exception cref="ArgumentException">A name is unknown or not supported, or a value has another form.</exception>
    public static StorageSettings Parse(IEnumerable<KeyValuePair<string, string>> properties) => new(S3Options.FromProperties(properties));
}

/// <summary>Settings for the URIs that begin with a prefix: what a REST catalog vends for a table.</summary>
internal sealed record PrefixSettings(string Prefix, StorageSettings Settings);
