namespace CdcLake.Iceberg.Catalogs.Rest;

/// <summary>How a REST catalog is reached. Immutable.</summary>
/// <param name="Uri">Root of the catalog, with a slash at its end: requests go to <c>{Uri}v1/…</c>.</param>
/// <param name="Properties">The user's, with Iceberg's names.</param>
internal sealed record RestSettings(Uri Uri, IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>Of one request, until its whole answer is there.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How often a request is sent that may be sent again, the first time included.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>Before the second attempt; doubled for each further one, up to <see cref="LongestPause"/>.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(200);

    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Sends the requests; null for one of our own.</summary>
    public HttpMessageHandler? Handler { get; init; }

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Where it is, without secrets.</summary>
    public string Name => Properties.TryGetValue(RestProperties.Warehouse, out var warehouse) ? $"REST catalog {Uri} (warehouse {warehouse})" : $"REST catalog {Uri}";

    public override string ToString() => Name;
}
