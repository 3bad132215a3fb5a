using Microsoft.Extensions.Options;

namespace CdcLake.Hosting;

/// <summary>Stops the start of an application whose configuration of pipelines is wrong, with all that is.</summary>
internal sealed class HostedConfigurationCheck : IValidateOptions<HostedConfiguration>
{
    public ValidateOptionsResult Validate(string? name, HostedConfiguration options) =>
        options.Errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(options.Errors);
}
