using System.Net;
using Microsoft.AspNetCore.Http;

namespace CdcLake.AspNetCore.Access;

/// <summary>
/// Whether a request comes from the machine itself. The address alone does not tell: a proxy on the same machine makes everybody look local, and a name that an attacker's DNS points to
/// 127.0.0.1 makes the user's own browser ask for him. So the name that was asked for counts too, and no sign of a proxy may be there.
/// </summary>
internal static class Loopback
{
    private static readonly string[] ProxyHeaders = ["Forwarded", "Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "CF-Ray", "Fastly-Client-IP"];

    public static bool Is(HttpContext context) =>
        IsLoopback(context.Connection.RemoteIpAddress) && IsLoopback(context.Request.Host.Host) && !context.Request.Headers.Keys.Any(IsOfProxy);

    // No address at all (a Unix socket, an in-process server) says nothing about who is there.
    private static bool IsLoopback(IPAddress? address) => address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    private static bool IsLoopback(string? host) =>
        !string.IsNullOrEmpty(host)
        && (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IsLoopback(address)));

    private static bool IsOfProxy(string header) =>
        header.StartsWith("X-Forwarded", StringComparison.OrdinalIgnoreCase)
        || header.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
        || ProxyHeaders.Contains(header, StringComparer.OrdinalIgnoreCase);
}
