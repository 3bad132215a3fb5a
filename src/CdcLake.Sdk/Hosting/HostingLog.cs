using Microsoft.Extensions.Logging;

namespace CdcLake.Hosting;

/// <summary>Category <c>CdcLake.Hosting</c>, events 7000 to 7099.</summary>
internal static partial class HostingLog
{
    [LoggerMessage(7000, LogLevel.Debug, "{Pipeline} is hosted with {Options}")]
    public static partial void Configured(ILogger logger, string pipeline, string options);

    [LoggerMessage(7001, LogLevel.Information, "{Pipeline} is not enabled and stays where it is")]
    public static partial void Disabled(ILogger logger, string pipeline);

    [LoggerMessage(7002, LogLevel.Information, "{Pipeline} is paused by an operator")]
    public static partial void Pausing(ILogger logger, string pipeline);

    [LoggerMessage(7003, LogLevel.Information, "{Pipeline} is resumed by an operator")]
    public static partial void Resuming(ILogger logger, string pipeline);

    [LoggerMessage(7004, LogLevel.Information, "{Pipeline} is restarted by an operator")]
    public static partial void Restarting(ILogger logger, string pipeline);

    [LoggerMessage(7005, LogLevel.Warning, "{Pipeline} is reset by an operator: a new snapshot replaces the content of its targets")]
    public static partial void Resetting(ILogger logger, string pipeline);

    [LoggerMessage(7006, LogLevel.Error, "{Pipeline} needs somebody to look at it; the host does as OnFailure says: {OnFailure}")]
    public static partial void Failed(ILogger logger, Exception error, string pipeline, OnFailure onFailure);

    [LoggerMessage(7007, LogLevel.Error, "{Pipeline} failed and is started again in {Delay}")]
    public static partial void WillRestart(ILogger logger, Exception error, string pipeline, TimeSpan delay);

    [LoggerMessage(7008, LogLevel.Warning, "{Pipeline} did not commit all it had read within the time that the host allows for stopping; the next start reads the rest again")]
    public static partial void NotDrained(ILogger logger, string pipeline);

    [LoggerMessage(7009, LogLevel.Information, "{Pipeline} goes on with changed settings: {Options}")]
    public static partial void Changed(ILogger logger, string pipeline, string options);

    [LoggerMessage(7010, LogLevel.Error, "{Pipeline} goes on as before: the changed configuration of the application's pipelines is wrong. {Errors}")]
    public static partial void ChangeRefused(ILogger logger, string pipeline, string errors);
}
