namespace CdcLake;

/// <summary>A class that builds a pipeline, for <c>AddPipeline&lt;T&gt;()</c>. Its constructor takes what it needs from the container.</summary>
public interface IPipelineFactory
{
    /// <summary>The name that <see cref="Build"/> gives to the pipeline.</summary>
    static abstract string PipelineName { get; }

    /// <summary>Called once, when the application starts.</summary>
    Pipeline Build();
}
