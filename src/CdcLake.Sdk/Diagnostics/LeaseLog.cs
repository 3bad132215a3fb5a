using Microsoft.Extensions.Logging;

namespace CdcLake.Diagnostics;

/// <summary>Category <c>CdcLake.Lease</c>, events 4100 to 4199.</summary>
internal static partial class LeaseLog
{
    [LoggerMessage(4100, LogLevel.Information, "{Pipeline} stands by: {Holder}")]
    public static partial void StandsBy(ILogger logger, string pipeline, string holder);

    [LoggerMessage(4101, LogLevel.Information, "{Pipeline} has the lease and runs")]
    public static partial void Leads(ILogger logger, string pipeline);

    [LoggerMessage(4102, LogLevel.Warning, "{Pipeline} has lost the lease: {Error}")]
    public static partial void Lost(ILogger logger, string pipeline, string error);
}
