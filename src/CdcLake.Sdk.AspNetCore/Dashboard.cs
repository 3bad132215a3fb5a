using CdcLake.AspNetCore.Access;
using CdcLake.AspNetCore.Api;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CdcLake.AspNetCore;

/// <summary>Puts the parts together: assets and operations, each behind the <see cref="Gate"/>.</summary>
internal sealed class Dashboard
{
    private readonly Gate _gate;
    private readonly ApiOperation[] _operations;
    private readonly byte[] _document;

    public Dashboard(IServiceProvider services, CdcLakeDashboardOptions options)
    {
        var log = services.GetService<ILoggerFactory>()?.CreateLogger("CdcLake.Dashboard") ?? NullLogger.Instance;
        var clock = services.GetService<TimeProvider>() ?? TimeProvider.System;
        var lifetime = services.GetService<IHostApplicationLifetime>();
        var history = new History(clock);
        lifetime?.ApplicationStarted.Register(() => history.Start(services.GetRequiredService<IPipelineRegistry>()));
        lifetime?.ApplicationStopping.Register(history.Dispose);
        _gate = new Gate(services.GetService<IHostEnvironment>(), log);
        var actions = new ActionRights(options.ActionPolicy);
        _operations =
        [
            .. new PipelineOperations(options, actions, history, clock).All,
            .. new TableOperations(options).All,
            .. new ActionOperations(actions, log).All,
            new LiveOperation(options, clock, lifetime?.ApplicationStopping ?? CancellationToken.None).Operation,
        ];
        _document = OpenApiDocument.Write(_operations);
    }

    /// <summary>Adds all endpoints to the group.</summary>
    public RouteGroupBuilder Map(RouteGroupBuilder group)
    {
        group.MapGet("/", _gate.Guard(PageAsync)).WithDisplayName("CdcLake dashboard");
        foreach (var asset in Asset.All)
        {
            group.MapGet($"/{Asset.Folder}/{asset.Name}", _gate.Guard(asset.WriteAsync)).WithDisplayName($"CdcLake dashboard: {asset.Name}");
        }

        foreach (var operation in _operations)
        {
            group.MapMethods(ApiOperation.Root + operation.Path, [operation.Method], _gate.Guard(operation.Handler)).WithDisplayName($"CdcLake dashboard: {operation.Id}");
        }

        group.MapGet(ApiOperation.Root + "/openapi.json", _gate.Guard(c => Answers.JsonAsync(c, _document))).WithDisplayName("CdcLake dashboard: OpenAPI");
        group.MapGet("/{**rest}", _gate.Guard(_ => throw new ApiException(StatusCodes.Status404NotFound, "There is nothing at this address.", "api/v1/openapi.json lists what there is.")))
            .WithDisplayName("CdcLake dashboard: not found");
        return group;
    }

    // The page's addresses are relative to a folder, so it has to be asked for as one; the answer is relative too, since only a proxy knows the whole path.
    private static Task PageAsync(HttpContext context)
    {
        var path = context.Request.Path.Value is { Length: > 0 } own ? own : context.Request.PathBase.Value ?? "";
        if (path.EndsWith('/'))
        {
            return Asset.Page.WriteAsync(context);
        }

        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = path[(path.LastIndexOf('/') + 1)..] + "/";
        return Task.CompletedTask;
    }
}
