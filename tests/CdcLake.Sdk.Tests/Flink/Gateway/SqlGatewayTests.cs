namespace CdcLake.Tests.Flink.Gateway;

/// <summary>Good and bad days of a gateway: what is sent, what is cleaned up, and which error says what to do.</summary>
public sealed class SqlGatewayTests
{
    private static FlinkSqlScript Script() =>
        Scripts.Of(Pipeline.FromMySqlBinlog(Scripts.Source().Table("testdb.users")).ToIceberg(Scripts.Lake.Table("demo.users")).Build("users"));

    private static FlinkSqlGateway Open(string address, TimeSpan? request = null) =>
        new(address, o => (o.PollInterval, o.RequestTimeout) = (TimeSpan.FromMilliseconds(5), request ?? TimeSpan.FromSeconds(30)));

    [Fact]
    public async Task Script_is_submitted_statement_by_statement_with_its_secrets_and_the_session_closed()
    {
        await using var server = new GatewayStandIn();
        using var gateway = Open(server.Address);
        var script = Script();
        var job = await gateway.SubmitAsync(script);

        Assert.Equal(GatewayStandIn.Job, job.Id);
        Assert.Equal(script.Statements.Count, server.Statements.Count);
        Assert.Contains(server.Statements, s => s.Contains("'password' = 'top-secret'", StringComparison.Ordinal));
        Assert.All(server.Requests, r => Assert.True(r == "GET /api_versions" || r.Contains(" /v2/", StringComparison.Ordinal), r));
        Assert.Equal("DELETE /v2/sessions/s-1", server.Requests[^1]);
        await job.WaitForStateAsync(FlinkJobState.Running);
        Assert.Equal("file:/savepoints/savepoint-012345", await job.StopWithSavepointAsync());
    }

    [Fact]
    public async Task Gateway_that_only_knows_v1_gives_the_job_in_a_row()
    {
        await using var server = new GatewayStandIn { Versions = """{"versions":["V1"]}""" };
        using var gateway = Open(server.Address);
        Assert.Equal(GatewayStandIn.Job, (await gateway.SubmitAsync(Script())).Id);
        Assert.DoesNotContain(server.Requests, r => r.Contains("rowFormat", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Session_is_kept_alive_while_a_statement_takes_long()
    {
        await using var server = new GatewayStandIn();
        var asked = 0;
        server.Misbehave = (request, _) => request.Contains("/operations/2/result/0", StringComparison.Ordinal) && ++asked < 4
            ? (200, """{"resultType":"NOT_READY","nextResultUri":"/v2/sessions/s-1/operations/2/result/0?rowFormat=JSON"}""") : null;
        using var gateway = new FlinkSqlGateway(server.Address, o => (o.PollInterval, o.TimeProvider) = (TimeSpan.FromMilliseconds(5), new HastyClock()));
        await gateway.SubmitAsync(Script());
        Assert.Contains("POST /v2/sessions/s-1/heartbeat", server.Requests);
    }

    [Fact]
    public async Task Nobody_at_the_address_is_an_error_that_may_pass()
    {
        using var gateway = Open("http://127.0.0.1:1");
        var error = await Assert.ThrowsAsync<FlinkGatewayException>(() => gateway.SubmitAsync(Script()));
        Assert.Equal((FlinkGatewayError.Unreachable, true), (error.Error, error.IsTransient));
        Assert.Contains("http://127.0.0.1:1", error.Message);
    }

    [Fact]
    public async Task A_gateway_that_never_answers_is_given_up()
    {
        await using var server = new GatewayStandIn { IsSilent = true };
        using var gateway = Open(server.Address, TimeSpan.FromMilliseconds(100));
        var error = await Assert.ThrowsAsync<FlinkGatewayException>(() => gateway.SubmitAsync(Script()));
        Assert.Equal(FlinkGatewayError.Unreachable, error.Error);
        Assert.Contains("no answer within", error.Message);
    }

    [Theory]
    [InlineData("""{"versions":["V7"]}""", "V7")]
    [InlineData("<html>login</html>", "does not answer as Flink does")]
    [InlineData("""{"status":"ok"}""", "no SQL gateway")]
    public async Task Another_server_or_version_is_named(string versions, string mention)
    {
        await using var server = new GatewayStandIn { Versions = versions };
        using var gateway = Open(server.Address);
        var error = await Assert.ThrowsAsync<FlinkGatewayException>(() => gateway.SubmitAsync(Script()));
        Assert.Equal(FlinkGatewayError.Version, error.Error);
        Assert.Contains(mention, error.Message);
    }

    [Fact]
    public async Task Session_that_expired_says_so_and_may_be_tried_again()
    {
        await using var server = new GatewayStandIn();
        server.Misbehave = (request, _) => request.StartsWith("POST /v2/sessions/s-1/statements", StringComparison.Ordinal) && server.Statements.Count == 2
            ? (500, GatewayStandIn.Errors("<Exception on server side:\norg.apache.flink.table.gateway.api.utils.SqlGatewayException: Session 's-1' does not exist.\n\tat x\nEnd of exception on server side>")) : null;
        using var gateway = Open(server.Address);
        var error = await Assert.ThrowsAsync<FlinkGatewayException>(() => gateway.SubmitAsync(Script()));
        Assert.Equal((FlinkGatewayError.SessionExpired, true), (error.Error, error.IsTransient));
        Assert.DoesNotContain(server.Requests, r => r.StartsWith("DELETE /v2/sessions", StringComparison.Ordinal)); // there is none to close
    }

    [Fact]
    public async Task Statement_with_an_error_gives_the_last_cause_the_statement_without_secrets_and_closes_the_session()
    {
        await using var server = new GatewayStandIn();
        server.Misbehave = (request, _) => request.Contains("/operations/3/result/0", StringComparison.Ordinal)
            ? (500, GatewayStandIn.Errors("<Exception on server side:\norg.apache.flink.table.gateway.service.utils.SqlExecutionException: Failed to execute the operation 3.\n\tat a\nCaused by: org.apache.flink.table.api.ValidationException: Unsupported options found for 'mysql-cdc'.\n\nUnsupported options:\n\nscan.start\n\tat b\nEnd of exception on server side>"))
            : null;
        using var gateway = Open(server.Address);
        var error = await Assert.ThrowsAsync<FlinkGatewayException>(() => gateway.SubmitAsync(Script()));
        Assert.Equal(FlinkGatewayError.Statement, error.Error);
        Assert.Contains("Unsupported options found for 'mysql-cdc'. Unsupported options: scan.start", error.Message);
        Assert.Contains("${MYSQL_PASSWORD}", error.Statement);
        Assert.DoesNotContain("top-secret", error.ToString() + error.Statement);
        Assert.Equal("DELETE /v2/sessions/s-1", server.Requests[^1]);
    }

    [Fact]
    public async Task Job_that_fails_after_its_start_gives_its_root_cause()
    {
        await using var server = new GatewayStandIn { JobState = "FAILED" };
        using var gateway = Open(server.Address);
        var job = await gateway.SubmitAsync(Script());
        var error = await Assert.ThrowsAsync<FlinkJobException>(() => job.WaitForStateAsync(FlinkJobState.Running));
        Assert.Equal((FlinkJobState.Failed, job.Id), (error.State, error.JobId));
        Assert.Contains("no longer available on the server", error.Message);
        Assert.DoesNotContain("IllegalStateException", error.Message);
    }

    [Fact]
    public async Task Restarted_gateway_does_not_know_the_job_at_the_JobManager_either()
    {
        await using var server = new GatewayStandIn();
        using var gateway = new FlinkSqlGateway(server.Address, o => o.JobManagerUrl = server.Address);
        var error = await Assert.ThrowsAsync<FlinkGatewayException>(() => gateway.Job("ffff", "users").GetStateAsync());
        Assert.Equal(FlinkGatewayError.Job, error.Error);
        Assert.Contains("does not know job ffff", error.Message);
    }

    [Fact]
    public async Task Gateway_that_is_restarted_between_two_statements_may_be_asked_again_and_starts_one_job()
    {
        await using var server = new GatewayStandIn();
        var isRestarted = false;
        server.Misbehave = (request, _) =>
        {
            isRestarted |= server.Statements.Count == 2;
            return isRestarted && request.Contains("/sessions/s-1", StringComparison.Ordinal) && server.Statements.Count == 2
                ? (404, GatewayStandIn.Errors("<Exception on server side:\norg.apache.flink.table.gateway.api.utils.SqlGatewayException: Session 's-1' does not exist.\n\tat x")) : null;
        };
        using var gateway = Open(server.Address);
        var error = await Assert.ThrowsAsync<FlinkGatewayException>(() => gateway.SubmitAsync(Script()));
        Assert.Equal((FlinkGatewayError.SessionExpired, true), (error.Error, error.IsTransient));
        Assert.Contains("gateway was restarted", error.Message);
        server.Misbehave = (_, _) => null;
        Assert.Equal(GatewayStandIn.Job, (await gateway.SubmitAsync(Script())).Id);
        Assert.Single(server.Statements, s => s.Contains("INSERT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gateway_that_goes_while_the_job_starts_leaves_it_unknown_which_is_not_tried_again()
    {
        await using var server = new GatewayStandIn();
        var last = Script().Statements.Count;
        server.Misbehave = (request, _) => request.Contains($"/operations/{last}/result/0", StringComparison.Ordinal) ? GatewayStandIn.Dropped : null;
        using var gateway = Open(server.Address);
        var error = await Assert.ThrowsAsync<FlinkGatewayException>(() => gateway.SubmitAsync(Script()));
        Assert.Equal((FlinkGatewayError.Unreachable, false), (error.Error, error.IsTransient));
        Assert.StartsWith("Whether the job runs is not known", error.Message);
        Assert.StartsWith("INSERT INTO", error.Statement);
    }

    [Fact]
    public async Task Cancelled_before_the_job_starts_the_statement_is_cancelled_and_no_job_started()
    {
        await using var server = new GatewayStandIn();
        using var stop = new CancellationTokenSource();
        server.Misbehave = (request, _) =>
        {
            if (request.Contains("/operations/2/result/0", StringComparison.Ordinal))
            {
                stop.Cancel();
                return (200, """{"resultType":"NOT_READY","nextResultUri":"/v2/sessions/s-1/operations/2/result/0?rowFormat=JSON"}""");
            }

            return null;
        };
        using var gateway = Open(server.Address);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gateway.SubmitAsync(Script(), cancellationToken: stop.Token));
        Assert.Equal(["POST /v2/sessions/s-1/operations/2/cancel", "DELETE /v2/sessions/s-1"], server.Requests.TakeLast(2));
        Assert.DoesNotContain(server.Statements, s => s.Contains("INSERT", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cancelled_while_the_job_starts_it_is_cancelled_too()
    {
        await using var server = new GatewayStandIn();
        using var stop = new CancellationTokenSource();
        var last = Script().Statements.Count;
        server.Misbehave = (request, _) =>
        {
            if (!stop.IsCancellationRequested && request.Contains($"/operations/{last}/result/0", StringComparison.Ordinal))
            {
                stop.Cancel();
                return (200, $$"""{"resultType":"NOT_READY","nextResultUri":"/v2/sessions/s-1/operations/{{last}}/result/0?rowFormat=JSON"}""");
            }

            return null;
        };
        using var gateway = Open(server.Address);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gateway.SubmitAsync(Script(), cancellationToken: stop.Token));
        Assert.Contains($"PATCH /jobs/{GatewayStandIn.Job}?mode=cancel", server.Requests);
        Assert.Equal("DELETE /v2/sessions/s-1", server.Requests[^1]);
    }

    [Fact]
    public async Task Unknown_secrets_are_asked_for_by_name()
    {
        await using var server = new GatewayStandIn();
        using var gateway = Open(server.Address);
        var source = new MySqlSource("Server=mysql;User ID=flinkuser");
        var script = Scripts.Of(Pipeline.FromMySqlBinlog(source.Table("testdb.users")).ToIceberg(Scripts.Lake.Table("demo.users")).Build("users"));
        Assert.Contains("MYSQL_PASSWORD", (await Assert.ThrowsAsync<ArgumentException>(() => gateway.SubmitAsync(script))).Message);
        await gateway.SubmitAsync(script, new Dictionary<string, string> { ["MYSQL_PASSWORD"] = "it's" });
        Assert.Contains(server.Statements, s => s.Contains("'password' = 'it''s'", StringComparison.Ordinal));
    }

    /// <summary>A minute passes in a millisecond; timers take their time.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override long GetTimestamp() => base.GetTimestamp() * 60_000;
    }
}
