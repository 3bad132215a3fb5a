using System.Globalization;
using System.Text.Json;
using CdcLake.Iceberg.Spec;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage.S3;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>
/// How the files of a table are reached, as its catalog said it last: the table's <c>config</c>, and <c>storage-credentials</c> for URIs that begin with a prefix.
/// Immutable; never printed. Iceberg REST specification, schemas <c>LoadTableResult</c> and <c>StorageCredential</c>.
/// </summary>
internal sealed class StorageCredentials
{
    private const string RemoteSigning = "s3.remote-signing-enabled";
    private static readonly string[] ExpiryNames = ["s3.session-token-expires-at-ms", "gcs.oauth2.token-expires-at"];

    /// <summary>What belongs to one key, and means nothing beside another.</summary>
    private static readonly string[] KeyNames = [S3Properties.AccessKeyId, S3Properties.SecretAccessKey, S3Properties.SessionToken, .. ExpiryNames];

    private readonly IReadOnlyDictionary<string, string> _catalog;
    private readonly Dictionary<string, string> _table;
    private readonly Dictionary<string, string> _config;
    private readonly List<(string Prefix, Dictionary<string, string> Own, Dictionary<string, string> Merged)> _byPrefix;

    private StorageCredentials(
        IReadOnlyDictionary<string, string> catalog, Dictionary<string, string> table, IEnumerable<(string Prefix, Dictionary<string, string> Own)> byPrefix)
    {
        _catalog = catalog;
        _table = table;
        _config = Merge(catalog, table);
        _byPrefix = [.. byPrefix.OrderByDescending(p => p.Prefix.Length).Select(p => (p.Prefix, p.Own, Merge(_config, p.Own)))];
        ExpiresAt = _byPrefix.Select(p => p.Merged).Append(_config).Select(Expiry).Where(e => e is not null).Min();
    }

    /// <summary>Properties alone.</summary>
    public static StorageCredentials None(IReadOnlyDictionary<string, string> properties) => new(properties, [], []);

    /// <summary>When the first of them ceases to be valid; null when none does.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>A token for requests about this table, in place of the catalog's; null for most.</summary>
    public string? Token => _config.GetValueOrDefault(Auth.AuthProperties.Token);

    /// <summary>Properties of the store of a file: those of the longest prefix that fits, before those of the table, before those of the catalog.</summary>
    public IReadOnlyDictionary<string, string> PropertiesOf(string uri) => _byPrefix.Find(p => Canonical(uri).StartsWith(Canonical(p.Prefix), StringComparison.Ordinal)).Merged ?? _config;

    /// <summary>Reads them from the answer to a load, or to a request for credentials alone.</summary>
    /// <param name="root">The answer.</param>
    /// <param name="catalog">Properties of the catalog.</param>
    /// <param name="table">For messages.</param>
    /// <exception cref="CatalogException">The table's files are to be reached in a way that this library does not have.</exception>
    public static StorageCredentials Read(JsonElement root, IReadOnlyDictionary<string, string> catalog, TableIdentifier table)
    {
        var config = root.OptionalStrings("config", takesScalars: true);
        var vended = root.OptionalArray("storage-credentials").Select(c => (Prefix: c.RequiredString("prefix"), Own: c.OptionalStrings("config", takesScalars: true))).ToList();
        if (config.TryGetValue(RemoteSigning, out var signing) && signing.Equals("true", StringComparison.OrdinalIgnoreCase))
        {
            // Many servers offer it always; whoever has keys, of his own or handed out, does without.
            config[RemoteSigning] = vended.Select(v => (IReadOnlyDictionary<string, string>)v.Own).Append(config).Append(catalog).Any(p => p.ContainsKey(S3Properties.AccessKeyId)) ? "false" : throw new CatalogException(
                $"The catalog wants each request for files of table {table} to be signed by it ({RemoteSigning}). This library does not do that: let the catalog hand out credentials "
                + "(header.X-Iceberg-Access-Delegation = vended-credentials), or give the catalog's properties keys of their own.")
            {
                Error = CatalogError.Unsupported,
            };
        }

        return new StorageCredentials(catalog, config, vended);
    }

    /// <summary>These properties with other credentials, where there are any. Those of the table itself are as old as the ones that were replaced, and go with them.</summary>
    public StorageCredentials With(StorageCredentials renewed) => renewed._byPrefix.Count == 0
        ? this
        : new(_catalog, _table.Where(p => !KeyNames.Contains(p.Key)).ToDictionary(StringComparer.Ordinal), renewed._byPrefix.Select(p => (p.Prefix, p.Own)));

    private static Dictionary<string, string> Merge(IReadOnlyDictionary<string, string> first, Dictionary<string, string> second)
    {
        var merged = new Dictionary<string, string>(first, StringComparer.Ordinal);
        foreach (var name in second.ContainsKey(S3Properties.AccessKeyId) ? KeyNames : [])
        {
            merged.Remove(name);
        }

        foreach (var (name, value) in second)
        {
            merged[name] = value;
        }

        return merged;
    }

    /// <summary>One spelling of the three that name the same store.</summary>
    private static string Canonical(string uri) =>
        uri.StartsWith("s3a://", StringComparison.Ordinal) || uri.StartsWith("s3n://", StringComparison.Ordinal) ? "s3" + uri[3..] : uri;

    private static DateTimeOffset? Expiry(Dictionary<string, string> config) => ExpiryNames
        .Select(n => config.TryGetValue(n, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) ? DateTimeOffset.FromUnixTimeMilliseconds(ms) : (DateTimeOffset?)null)
        .Where(e => e is not null).Min();
}
