using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CdcLake.MySql.Wire;

/// <summary>Encrypts a connection as <see cref="SslMode"/> asks. Source: MySqlConnector documentation, "SSL Mode" and "SSL CA".</summary>
internal static class TlsClient
{
    /// <summary>Puts TLS over <paramref name="inner"/>, which the result owns.</summary>
    /// <exception cref="MySqlServerException">The handshake failed, or the certificate is not trusted under the mode asked for.</exception>
    public static async Task<Stream> WrapAsync(Stream inner, MySqlConnectionOptions options, string host, CancellationToken cancellationToken)
    {
        var authorities = options.SslCa is { } file && options.SslMode >= SslMode.VerifyCA ? LoadAuthorities(file) : null;
        string? refusal = null;
        var tls = new SslStream(inner, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    EnabledSslProtocols = options.TlsVersions,
                    ClientCertificates = LoadClientCertificate(options),
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                    {
                        refusal = Judge(options.SslMode, authorities, certificate, chain, errors);
                        return refusal is null;
                    },
                },
                cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch (AuthenticationException error)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw new MySqlServerException(
                refusal is null
                    ? $"The TLS handshake with {options.EndpointOf(host)} failed: {error.Message}"
                    : $"The certificate of {options.EndpointOf(host)} is refused under SSL Mode={options.SslMode}: {refusal}",
                innerException: error);
        }
    }

    private static string? Judge(
        SslMode mode, X509Certificate2Collection? authorities, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (mode < SslMode.VerifyCA)
        {
            return null;
        }

        if (certificate is not X509Certificate2 leaf)
        {
            return "the server sent none.";
        }

        if (mode == SslMode.VerifyFull && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return "it does not name this host. Connect by a name it holds, or use SSL Mode=VerifyCA.";
        }

        if (authorities is null)
        {
            return errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors)
                ? "no authority this machine trusts has signed it. Name the server's authority with SSL CA=ca.pem."
                : null;
        }

        return IsSignedBy(authorities, leaf, chain) ? null : "none of the authorities in SSL CA has signed it, or it has expired.";
    }

    private static bool IsSignedBy(X509Certificate2Collection authorities, X509Certificate2 leaf, X509Chain? sent)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        if (sent is not null)
        {
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        }

        return chain.Build(leaf);
    }

    private static X509Certificate2Collection LoadAuthorities(string file)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new MySqlServerException($"SSL CA {file} cannot be read: {error.Message}", innerException: error);
        }

        return authorities.Count > 0 ? authorities : throw new MySqlServerException($"SSL CA {file} holds no certificate in PEM form.");
    }

    private static X509Certificate2Collection? LoadClientCertificate(MySqlConnectionOptions options)
    {
        try
        {
            return options switch
            {
                { CertificateFile: { } pfx } => [X509CertificateLoader.LoadPkcs12FromFile(pfx, options.CertificatePassword)],
                { SslCert: { } cert } => [X509Certificate2.CreateFromPemFile(cert, options.SslKey)],
                _ => null,
            };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new MySqlServerException($"The client certificate cannot be read: {error.Message}", innerException: error);
        }
    }
}
