using Microsoft.Extensions.Configuration;

namespace CdcLake.Hosting;

/// <summary>What was added to a container, before it is built.</summary>
internal sealed class PipelineRegistrations
{
    private readonly List<PipelineRegistration> _all = [];

    public IConfiguration? Configuration { get; set; }

    public IReadOnlyList<PipelineRegistration> All => _all;

    public void Add(PipelineRegistration registration)
    {
        if (_all.Exists(r => r.Name == registration.Name))
        {
            throw new ArgumentException(
                $"A pipeline \"{registration.Name}\" was added already. The name stands for checkpoints, markers of commits and the lease, so two of them cannot run: give the second one another name.",
                nameof(registration));
        }

        _all.Add(registration);
    }
}

/// <summary>One call of <c>AddPipeline</c>.</summary>
internal sealed record PipelineRegistration(string Name, Func<IServiceProvider, Pipeline> Factory, Action<CdcLakeHostingOptions>? Configure);
