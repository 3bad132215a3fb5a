using Microsoft.Extensions.Logging;

namespace CdcLake.AspNetCore;

/// <summary>Category <c>CdcLake.Dashboard</c>, events 8000 to 8099.</summary>
internal static partial class DashboardLog
{
    [LoggerMessage(8000, LogLevel.Warning, "The dashboard of this application answers requests from the machine itself alone. To open it for others: app.MapCdcLakeDashboard().RequireAuthorization(policy)")]
    public static partial void Closed(ILogger logger);

    [LoggerMessage(8001, LogLevel.Information, "{User} asks pipeline {Pipeline} to {Action} by the dashboard")]
    public static partial void Acts(ILogger logger, string user, string pipeline, string action);

    [LoggerMessage(8002, LogLevel.Error, "The dashboard could not answer {Path}")]
    public static partial void Failed(ILogger logger, Exception error, string path);

    [LoggerMessage(8003, LogLevel.Warning, "A request to {Path} looked like one that another site has made in a user's name, and was refused: {Reason}")]
    public static partial void Forged(ILogger logger, string path, string reason);
}
