using DotNet.Testcontainers.Configurations;

namespace TestingAPipeline;

/// <summary>A test that needs a real MySQL: the one that <c>CDCLAKE_MYSQL</c> names, else a container. Where neither can be had it is skipped, and says so.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealMySqlFactAttribute : FactAttribute
{
    public RealMySqlFactAttribute() => Skip = RealMySql.Given is null && TestcontainersSettings.OS.DockerEndpointAuthConfig is null
        ? "needs Docker, or a server in CDCLAKE_MYSQL: Server=…;User ID=…;Password=…"
        : null;
}
