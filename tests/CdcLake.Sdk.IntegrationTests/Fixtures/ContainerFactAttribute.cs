using Xunit.Sdk;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>
/// A test that needs a server which only containers give (<c>tests/run.sh --docker</c>). Where a variable is missing it is skipped with the reason; a run with CI=true that has no containers leaves
/// such tests out by their trait, and says so, since it cannot have them.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[TraitDiscoverer("CdcLake.IntegrationTests.Fixtures.ContainerTraits", "CdcLake.Sdk.IntegrationTests")]
public sealed class ContainerFactAttribute : FactAttribute, ITraitAttribute
{
    public ContainerFactAttribute(params string[] variables)
    {
        var missing = variables.Where(v => string.IsNullOrEmpty(Environment.GetEnvironmentVariable(v))).ToList();
        Skip = missing.Count == 0 ? null : $"needs {string.Join(", ", missing)} (tests/run.sh --docker starts the containers, where a Docker engine runs)";
    }
}

/// <summary>Gives such tests the trait by which they are left out.</summary>
public sealed class ContainerTraits : ITraitDiscoverer
{
    public IEnumerable<KeyValuePair<string, string>> GetTraits(Xunit.Abstractions.IAttributeInfo traitAttribute) => [new("Needs", "Containers")];
}
