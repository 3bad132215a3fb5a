using System.Net;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>An authority of the test's own, and certificates that it signs, as PEM files which a server of another user can read.</summary>
[UnsupportedOSPlatform("windows")]
internal sealed class TestCertificates : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("cdclake-tls-");
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _authority;

    public TestCertificates()
    {
        var request = new CertificateRequest("CN=test authority", _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        _authority = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-30), DateTimeOffset.UtcNow.AddDays(30));
        Authority = Write("ca.pem", _authority.ExportCertificatePem());
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
    }

    /// <summary>File of the authority's certificate.</summary>
    public string Authority { get; }

    /// <summary>Signs a certificate.</summary>
    /// <param name="name">Common name, and of the files.</param>
    /// <param name="address">Address that it names, or null.</param>
    /// <param name="until">Days from now on which it ends.</param>
    public (string Certificate, string Key) Sign(string name, IPAddress? address = null, int until = 20)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (address is not null)
        {
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(address);
            request.CertificateExtensions.Add(names.Build());
        }

        using var signed = request.Create(_authority, DateTimeOffset.UtcNow.AddDays(-20), DateTimeOffset.UtcNow.AddDays(until), [(byte)name.Length, 1, 2, 3, (byte)name[0]]);
        return (Write($"{name}.pem", signed.ExportCertificatePem()), Write($"{name}-key.pem", key.ExportPkcs8PrivateKeyPem()));
    }

    /// <summary>The same as one PFX file.</summary>
    public static string ToPfx((string Certificate, string Key) pair, string password)
    {
        using var certificate = X509Certificate2.CreateFromPemFile(pair.Certificate, pair.Key);
        var file = pair.Certificate + ".pfx";
        File.WriteAllBytes(file, certificate.Export(X509ContentType.Pfx, password));
        return file;
    }

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    private string Write(string name, string content)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file, content);
        File.SetUnixFileMode(file, (UnixFileMode)0b110_100_100);
        return file;
    }
}
