using CdcLake.Iceberg.Catalogs.Rest.Auth;

namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>What is asked. Immutable; may be sent several times.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Path">Relative to the catalog's root, with its query.</param>
/// <param name="Body">JSON, or null.</param>
internal sealed record RestRequest(HttpMethod Method, string Path, byte[]? Body = null)
{
    /// <summary>ETag of what is known already.</summary>
    public string? IfNoneMatch { get; init; }

    /// <summary>Lets the server recognise a request that is sent again; null where it cannot.</summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>Who asks, where it is not who asks usually.</summary>
    public IRestAuthentication? Authentication { get; init; }

    public bool IsChange => Method != HttpMethod.Get && Method != HttpMethod.Head;

    /// <summary>True when sending it again after a lost answer changes nothing.</summary>
    public bool MayRepeat => !IsChange || IdempotencyKey is not null;
}
