namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>
/// A test that needs servers: each argument is an environment variable that names one. When one is missing the test is skipped with the reason,
/// except with CI=true, where it runs and fails in <see cref="TestServers.Get"/>.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServerFactAttribute : FactAttribute
{
    public ServerFactAttribute(params string[] variables) => Skip = TestServers.ReasonToSkip(variables);
}

/// <summary>As <see cref="ServerFactAttribute"/>, for a test with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ServerTheoryAttribute : TheoryAttribute
{
    public ServerTheoryAttribute(params string[] variables) => Skip = TestServers.ReasonToSkip(variables);
}
