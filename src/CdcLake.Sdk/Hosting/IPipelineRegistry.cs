namespace CdcLake;

/// <summary>All pipelines of an application; a service of its container.</summary>
public interface IPipelineRegistry
{
    /// <summary>In the order in which they were added.</summary>
    IReadOnlyList<IPipelineHandle> Pipelines { get; }

    /// <summary>The pipeline of this name.</summary>
    /// <exception cref="KeyNotFoundException">There is none; the message has the nearest names.</exception>
    IPipelineHandle this[string name] { get; }

    /// <summary>The pipeline of this name, or null.</summary>
    IPipelineHandle? Find(string name);
}
