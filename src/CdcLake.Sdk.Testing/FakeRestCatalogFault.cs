namespace CdcLake.Testing;

/// <summary>How a request to a <see cref="FakeRestCatalog"/> goes wrong.</summary>
public enum FakeRestCatalogFault
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>503 ServiceUnavailableException; not carried out.</summary>
    Unavailable,

    /// <summary>409 CommitFailedException, as after another client's commit; not carried out.</summary>
    Conflict,

    /// <summary>500 CommitStateUnknownException; not carried out.</summary>
    UnknownBefore,

    /// <summary>500 CommitStateUnknownException; carried out.</summary>
    UnknownAfter,

    /// <summary>The connection is cut before the request is carried out.</summary>
    CutBefore,

    /// <summary>Carried out, then the connection is cut without an answer.</summary>
    CutAfter,

    /// <summary>419 AuthenticationTimeoutException: the token has expired, and all others with it; not carried out.</summary>
    ExpiredToken,
}
