namespace CdcLake.Testing;

/// <summary>How a request to a <see cref="FakeS3Server"/> goes wrong.</summary>
public enum FakeS3Fault
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>503 SlowDown, not applied.</summary>
    SlowDown,

    /// <summary>500 InternalError, not applied.</summary>
    InternalError,

    /// <summary>400 ExpiredToken, not applied.</summary>
    ExpiredToken,

    /// <summary>The connection is cut before the request is applied.</summary>
    CutBefore,

    /// <summary>Applied, then the connection is cut without an answer.</summary>
    CutAfter,

    /// <summary>Not applied, never answered.</summary>
    SilentBefore,

    /// <summary>Applied, never answered.</summary>
    SilentAfter,

    /// <summary>Applied; the connection is cut in the middle of the answer's content.</summary>
    CutBody,

    /// <summary>Applied; the content of the answer has one byte changed.</summary>
    DamagedBody,

    /// <summary>Applied; the answer has another ETag.</summary>
    WrongETag,
}
