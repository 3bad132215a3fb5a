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

    /// <summary>
    /// These settings with what a server hands out for some files put on top: a key of its own, another endpoint. Names that are not known here are passed over, since
    /// servers speak to clients of every kind.
    /// </summary>
    /// <param name="properties">The server's configuration.</param>
    /// <param name="credentials">Renews the key; null when it stays as it is in the properties.</param>
    /// <exception cref="ArgumentException">A value has a form that it cannot have.</exception>
    public StorageSettings With(IReadOnlyCollection<KeyValuePair<string, string>> properties, IStoreCredentials? credentials = null)
    {
        var options = S3.Freeze();
        if (properties.Any(p => p.Key == S3Properties.AccessKeyId))
        {
            options.SessionToken = null; // it belongs to the former key
        }

        S3Properties.ApplyKnown(properties, options);
        return new StorageSettings(options.Freeze(), credentials ?? Credentials);
    }
}

/// <summary>Settings for the URIs that begin with a prefix: what a REST catalog vends for a table.</summary>
internal sealed record PrefixSettings(string Prefix, StorageSettings Settings);
