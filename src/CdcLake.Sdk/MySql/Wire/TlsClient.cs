using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CdcLake.MySql.Wire.Auth;
using MySqlConnector;

namespace CdcLake.MySql.Wire;

/// <summary>Encrypts a connection as the SSL Mode asks. Source: MySqlConnector documentation, "SSL Mode" and "SSL CA".</summary>
internal static class TlsClient
{
    /// <summary>Puts TLS over <paramref name="inner"/>, which the result owns.</summary>
    /// <exception cref="MySqlServerException">The handshake failed, or the certificate is not trusted under the mode asked for.</exception>
    public static async Task<Stream> WrapAsync(Stream inner, MySqlConnectionOptions options, string host, CancellationToken cancellationToken)
    {
        var authorities = options.SslCa is { } file && options.SslMode >= MySqlSslMode.VerifyCA ? LoadAuthorities(file) : null;
        string? refusal = null;
        var tls = new SslStream(inner, leaveInnerStreamOpen: false);
        try
        {
            await tls.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = host,
                    EnabledSslProtocols = options.TlsVersions,
                    ClientCertificates = await LoadClientCertificatesAsync(options).ConfigureAwait(false),
                    CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
                    RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                    {
                        refusal = options.CertificateValidation is { } judge && options.SslMode != MySqlSslMode.None
                            ? judge(sender, certificate, chain, errors) ? null : "the data source's own callback does not trust it."
                            : Judge(options.SslMode, authorities, certificate, chain, errors);
                        return refusal is null;
                    },
                },
                cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            throw new MySqlServerException($"The connection to {options.EndpointOf(host)} broke in the TLS handshake: {error.Message}", innerException: error) { IsTransient = true };
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
        MySqlSslMode mode, X509Certificate2Collection? authorities, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (mode < MySqlSslMode.VerifyCA)
        {
            return null;
        }

        if (certificate is not X509Certificate2 leaf)
        {
            return "the server sent none.";
        }

        if (mode == MySqlSslMode.VerifyFull && errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
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

    private static async ValueTask<X509CertificateCollection> LoadClientCertificatesAsync(MySqlConnectionOptions options)
    {
        var certificates = new X509CertificateCollection();
        try
        {
            if (options.CertificateFile is { } pfx)
            {
                certificates.Add(X509CertificateLoader.LoadPkcs12FromFile(pfx, options.CertificatePassword));
            }
            else if (options.SslCert is { } cert)
            {
                certificates.Add(X509Certificate2.CreateFromPemFile(cert, options.SslKey));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new MySqlServerException($"The client certificate cannot be read: {error.Message}", innerException: error);
        }

        if (options.ClientCertificates is { } callback)
        {
            await callback(certificates).ConfigureAwait(false);
        }

        return certificates;
    }
}
