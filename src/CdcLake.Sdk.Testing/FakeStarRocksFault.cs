namespace CdcLake.Testing;

/// <summary>How a request to a <see cref="FakeStarRocks"/> goes wrong.</summary>
public enum FakeStarRocksFault
{
    /// <summary>It is answered as usual.</summary>
    None,

    /// <summary>The server says that it cannot at the moment, and does nothing.</summary>
    Refuse,

    /// <summary>HTTP 500 with a page that is not StarRocks' own; nothing is done.</summary>
    ServerError,

    /// <summary>The connection is cut before anything is done.</summary>
    DropBefore,

    /// <summary>Everything is done, and the connection is cut instead of an answer.</summary>
    DropAfter,

    /// <summary>Everything is done; the answer comes after <see cref="FakeStarRocksOptions.Lateness"/>.</summary>
    Late,

    /// <summary>A backend reads half of the body, dies, and comes back without any memory of the transactions that it held.</summary>
    DieInBody,

    /// <summary>A frontend redirects to a backend at which nothing listens.</summary>
    RedirectToDead,

    /// <summary>What is committed becomes visible only after <see cref="FakeStarRocks.Publish"/>, or a few requests later.</summary>
    PublishLate,

    /// <summary>Before the request is looked at, the labels of all finished transactions are forgotten.</summary>
    ForgetLabels,

    /// <summary>Before the request is looked at, all open transactions time out.</summary>
    TimeOut,

    /// <summary>Before the request is looked at, the frontends start anew, as <see cref="FakeStarRocks.RestartFrontends"/> does.</summary>
    RestartFrontend,
}
