using System.Net.Http.Headers;
using System.Text;

namespace CdcLake.Iceberg.Catalogs.Rest.Auth;

/// <summary>The same <c>Authorization</c> header for ever, or none.</summary>
internal sealed class FixedAuthorization : IRestAuthentication
{
    private readonly AuthenticationHeaderValue? _header;

    private FixedAuthorization(AuthenticationHeaderValue? header) => _header = header;

    public static FixedAuthorization None { get; } = new(null);

    public static FixedAuthorization Bearer(string token) => new(new AuthenticationHeaderValue("Bearer", token));

    public static FixedAuthorization Basic(string user, string password) =>
        new(new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))));

    public ValueTask ApplyAsync(HttpRequestMessage request, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = _header ?? request.Headers.Authorization;
        return ValueTask.CompletedTask;
    }

    public ValueTask<bool> RefusedAsync(HttpRequestMessage request, CancellationToken cancellationToken) => ValueTask.FromResult(false);
}
