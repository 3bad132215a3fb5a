namespace CdcLake.Tests.Shared;

/// <summary>Waits for a status, which has no event.</summary>
internal static class StatusWaiting
{
    public static async Task<PipelineStatus> WaitForStatusAsync(this Pipeline pipeline, Func<PipelineStatus, bool> condition, TimeSpan? limit = null)
    {
        var end = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var status = pipeline.Status;
            if (condition(status))
            {
                return status;
            }

            Assert.False(status.State == PipelineState.Failed, $"The pipeline failed: {status.LastError}");
            Assert.True(TimeProvider.System.GetElapsedTime(end) < (limit ?? TimeSpan.FromSeconds(60)), $"The status never came; the last one: {status}");
            await Task.Delay(5); // until the next look
        }
    }
}
