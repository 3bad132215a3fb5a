namespace CdcLake.MySql.Wire;

/// <summary>Whether and how a connection is encrypted; spelled and meant as MySqlConnector's <c>SSL Mode</c>.</summary>
internal enum SslMode
{
    /// <summary>Never encrypt.</summary>
    None,

    /// <summary>Encrypt when the server can; the certificate is not checked.</summary>
    Preferred,

    /// <summary>Always encrypt; the certificate is not checked.</summary>
    Required,

    /// <summary>Always encrypt; the certificate must come from a trusted authority, for whatever host.</summary>
    VerifyCA,

    /// <summary>Always encrypt; the certificate must come from a trusted authority and name the host.</summary>
    VerifyFull,
}
