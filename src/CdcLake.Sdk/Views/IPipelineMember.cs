namespace CdcLake.Views;

/// <summary>A target on which the application waits for positions that only its pipeline knows.</summary>
internal interface IPipelineMember
{
    /// <summary>Called when the pipeline was built, and once more when its host has given it other options.</summary>
    /// <param name="wait">Waits until this target shows a GTID set.</param>
    void Attach(Func<string, CancellationToken, Task> wait);
}
