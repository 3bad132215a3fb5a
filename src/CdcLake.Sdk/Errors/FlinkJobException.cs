namespace CdcLake;

/// <summary>A job of Flink ended, or cannot get into the state that was waited for. The message has the root cause as the JobManager tells it.</summary>
public sealed class FlinkJobException : CdcLakeException
{
    internal FlinkJobException(string message, string jobId, FlinkJobState state)
        : base(message)
    {
        JobId = jobId;
        State = state;
    }

    /// <summary>Id of the job, 32 hex digits.</summary>
    public string JobId { get; }

    /// <summary>Where the job ended, by which a caller tells a failure from a cancellation.</summary>
    public FlinkJobState State { get; }
}
