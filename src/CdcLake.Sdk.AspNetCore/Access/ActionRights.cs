using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace CdcLake.AspNetCore.Access;

/// <summary>Who may act on pipelines: nobody without a policy, else who meets it.</summary>
/// <param name="policy">Name of the policy; null for nobody.</param>
internal sealed class ActionRights(string? policy)
{
    /// <summary>Asks the application's authorization, with the policy's own authentication schemes.</summary>
    /// <returns>Success, or whether the user has to say who he is, or is known and not allowed.</returns>
    /// <exception cref="InvalidOperationException">The policy is not defined.</exception>
    public async Task<PolicyAuthorizationResult> OfAsync(HttpContext context)
    {
        if (policy is null)
        {
            return PolicyAuthorizationResult.Forbid();
        }

        var services = context.RequestServices;
        var required = await services.GetRequiredService<IAuthorizationPolicyProvider>().GetPolicyAsync(policy).ConfigureAwait(false)
            ?? throw new InvalidOperationException($"The application has no authorization policy \"{policy}\", which CdcLakeDashboardOptions.ActionPolicy names. Define it in AddAuthorization.");
        var evaluator = services.GetRequiredService<IPolicyEvaluator>();
        var user = await evaluator.AuthenticateAsync(required, context).ConfigureAwait(false);
        return await evaluator.AuthorizeAsync(required, user, context, context).ConfigureAwait(false);
    }
}
