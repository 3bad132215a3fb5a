using System.Text.Json;

namespace CdcLake.Flink.Gateway;

// GET   /jobs/{id}                                   {"state": "RUNNING"}
// GET   /jobs/{id}/exceptions                        {"exceptionHistory": {"entries": [{"stacktrace"}]}, "root-exception"}
// POST  /jobs/{id}/stop {"targetDirectory", "drain"} {"request-id"}
// GET   /jobs/{id}/savepoints/{request}              {"status": {"id": IN_PROGRESS | COMPLETED}, "operation": {"location" | "failure-cause": {"stack-trace"}}}
// PATCH /jobs/{id}?mode=cancel
//
// Source: Flink 1.20, "REST API".

/// <summary>The part of a JobManager's REST that jobs need. Safe for concurrent use.</summary>
internal sealed class JobManagerClient(FlinkHttp http, Uri root, FlinkGatewayOptions options)
{
    public Task PauseAsync(CancellationToken cancellationToken) => Task.Delay(options.PollInterval, options.TimeProvider, cancellationToken);

    public async Task<FlinkJobState> StateAsync(string job, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, job, $"jobs/{job}", null, cancellationToken).ConfigureAwait(false);
        return Enum.TryParse<FlinkJobState>(answer.Value("state"), ignoreCase: true, out var state)
            ? state
            : throw new FlinkGatewayException(FlinkGatewayError.Protocol, $"The JobManager at {root} gives state \"{answer.Value("state")}\" of job {job}, which is not known here.");
    }

    public async Task<IReadOnlyList<string>> ExceptionsAsync(string job, CancellationToken cancellationToken)
    {
        var answer = await SendAsync(HttpMethod.Get, job, $"jobs/{job}/exceptions", null, cancellationToken).ConfigureAwait(false);
        var entries = answer.Body.TryGetProperty("exceptionHistory", out var history) && history.TryGetProperty("entries", out var list) ? list.EnumerateArray().ToList() : [];
        return [.. entries.Select(e => e.TryGetProperty("stacktrace", out var trace) ? ServerError.Of(trace.ToString()) : "").Where(t => t.Length > 0)];
    }

    public async Task CancelAsync(string job, CancellationToken cancellationToken) =>
        await SendAsync(HttpMethod.Patch, job, $"jobs/{job}?mode=cancel", null, cancellationToken).ConfigureAwait(false);

    public async Task<string> StopAsync(string job, string? directory, CancellationToken cancellationToken)
    {
        var body = FlinkJson.Write(json =>
        {
            json.WriteBoolean("drain", false);
            if (directory is not null)
            {
                json.WriteString("targetDirectory", directory);
            }
        });
        var asked = await SendAsync(HttpMethod.Post, job, $"jobs/{job}/stop", body, cancellationToken).ConfigureAwait(false);
        var request = asked.Value("request-id") ?? throw new FlinkGatewayException(FlinkGatewayError.Protocol, $"The JobManager at {root} gave no id for a savepoint of job {job}: {asked.Text}.");
        while (true)
        {
            var answer = await SendAsync(HttpMethod.Get, job, $"jobs/{job}/savepoints/{request}", null, cancellationToken).ConfigureAwait(false);
            if (answer.Body.TryGetProperty("status", out var status) && status.GetProperty("id").ToString() == "COMPLETED")
            {
                var operation = answer.Body.GetProperty("operation");
                return operation.TryGetProperty("location", out var location) ? location.ToString() : throw Failed(job, operation);
            }

            await PauseAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static FlinkGatewayException Failed(string job, JsonElement operation)
    {
        var trace = operation.TryGetProperty("failure-cause", out var cause) && cause.TryGetProperty("stack-trace", out var text) ? text.ToString() : operation.ToString();
        return new FlinkGatewayException(FlinkGatewayError.Job, $"The savepoint of job {job} failed, and the job goes on: {ServerError.Of(trace)}. Name a directory that all of the cluster can write.");
    }

    private async Task<FlinkAnswer> SendAsync(HttpMethod method, string job, string path, string? body, CancellationToken cancellationToken)
    {
        var answer = await http.SendAsync(method, root, path, body, cancellationToken).ConfigureAwait(false);
        return answer.IsSuccess
            ? answer
            : throw new FlinkGatewayException(
                FlinkGatewayError.Job,
                answer.Status == 404 ? $"The JobManager at {root} does not know job {job}: {answer.Error}. It may have been restarted without high availability." : $"The JobManager at {root} answers {answer.Status} for job {job}: {answer.Error}.");
    }
}
