using CdcLake;
using CdcLake.AspNetCore;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Microsoft.AspNetCore.Builder;

/// <summary>The dashboard as endpoints of an application.</summary>
public static class CdcLakeDashboardExtensions
{
    /// <summary>
    /// Shows the application's pipelines on a page, and as JSON below <c>api/v1</c>, which <c>api/v1/openapi.json</c> describes. Nothing is loaded from elsewhere, and all addresses are relative, so that it works
    /// below a path base and behind a proxy.
    /// <para>
    /// Open to requests from the machine itself alone: from a loopback address, for a loopback name, and not handed on by a proxy. Whoever chains <c>RequireAuthorization</c> to the result has its
    /// policy decide instead; <c>AllowAnonymous</c> opens nothing.
    /// </para>
    /// </summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">Path of the page, without parameters.</param>
    /// <param name="configure">Changes the defaults of <see cref="CdcLakeDashboardOptions"/>.</param>
    /// <returns>For conventions that hold for the page and the JSON.</returns>
    /// <exception cref="ArgumentException">The path has parameters, or an option a value that it does not take.</exception>
    /// <exception cref="InvalidOperationException"><c>AddCdcLake</c> was not called, or <c>AddAuthorization</c> was not though there is a policy for actions.</exception>
    public static IEndpointConventionBuilder MapCdcLakeDashboard(
        this IEndpointRouteBuilder endpoints, string pattern = "/cdclake", Action<CdcLakeDashboardOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        if (pattern.Contains('{', StringComparison.Ordinal) || pattern.Contains('*', StringComparison.Ordinal))
        {
            throw new ArgumentException($"\"{pattern}\" has parameters; the dashboard has one place. Write a path such as /cdclake.", nameof(pattern));
        }

        var options = new CdcLakeDashboardOptions();
        configure?.Invoke(options);
        options = options.Freeze();
        Require(endpoints.ServiceProvider, typeof(IPipelineRegistry), "There are no pipelines to show. Call services.AddCdcLake() before the application is built.");
        if (options.ActionPolicy is { } policy)
        {
            Require(endpoints.ServiceProvider, typeof(IAuthorizationPolicyProvider), $"ActionPolicy = \"{policy}\" is decided by the application's authorization. Call services.AddAuthorization() and define it there.");
        }

        return new Dashboard(endpoints.ServiceProvider, options).Map(endpoints.MapGroup(pattern.TrimEnd('/')));
    }

    // Asking for the service itself would build all pipelines, whose errors belong to the start of the application.
    private static void Require(IServiceProvider services, Type service, string otherwise)
    {
        if (services.GetService<IServiceProviderIsService>()?.IsService(service) == false)
        {
            throw new InvalidOperationException(otherwise);
        }
    }
}
