namespace CdcLake;

/// <summary>What a host does with a pipeline. Set in code by <c>AddPipeline</c> or by configuration, which may change while the application runs.</summary>
public sealed class CdcLakeHostingOptions
{
    /// <summary>False: the pipeline is built and listed, but not started; an operator may start it by <see cref="IPipelineHandle.ResumeAsync"/>. Changed in configuration, it pauses and starts the pipeline.</summary>
    /// <value>Default: true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>What happens when the pipeline has failed with an error that somebody has to look at. Those that pass by themselves never come here.</summary>
    /// <value>Default: <see cref="CdcLake.OnFailure.KeepHost"/>.</value>
    public OnFailure OnFailure { get; set; } = OnFailure.KeepHost;

    /// <summary>Pause before <see cref="CdcLake.OnFailure.Restart"/> begins anew.</summary>
    /// <value>Default: 1 minute.</value>
    public TimeSpan RestartAfter { get; set; } = TimeSpan.FromMinutes(1);

    internal CdcLakeHostingOptions Freeze()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(RestartAfter, TimeSpan.Zero);
        if (!Enum.IsDefined(OnFailure))
        {
            throw new ArgumentOutOfRangeException(nameof(OnFailure), OnFailure, "Not a value of this option.");
        }

        return (CdcLakeHostingOptions)MemberwiseClone();
    }
}
