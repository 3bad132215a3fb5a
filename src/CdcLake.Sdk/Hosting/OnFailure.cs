namespace CdcLake;

/// <summary>What a host does when a pipeline has failed for good.</summary>
public enum OnFailure
{
    /// <summary>The pipeline stays failed and unhealthy; the application and its other pipelines go on.</summary>
    KeepHost,

    /// <summary>The application is stopped in order, so that whoever supervises the process notices.</summary>
    StopHost,

    /// <summary>The pipeline is started again after <see cref="CdcLakeHostingOptions.RestartAfter"/>, for ever.</summary>
    Restart,
}
