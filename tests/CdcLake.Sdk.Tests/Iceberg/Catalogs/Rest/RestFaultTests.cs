using System.Globalization;
using System.Net;
using CdcLake.Testing.Rest;

namespace CdcLake.Tests.Iceberg.Catalogs.Rest;

/// <summary>
/// Every request of a commit fails, in every way that servers and networks have, before or after it took effect, once or for good: a new sink finds the old or the new state,
/// exactly, and goes on. What was reported is there, and what is there has all its files.
/// </summary>
public sealed class RestFaultTests
{
    private static readonly string[] Ways = ["500", "502 page", "503", "504", "drop", "429", "400", "403", "404 page", "408", "409", "refused", "wrong json", "empty"];

    /// <summary>Answers that say for certain that nothing was done: a server does not give them after doing it.</summary>
    private static readonly string[] Refusals = ["429", "403", "404 page", "refused"];

    public static TheoryData<string, bool, bool> Faults
    {
        get
        {
            var data = new TheoryData<string, bool, bool>();
            foreach (var way in Ways)
            {
                foreach (var after in Refusals.Contains(way) ? (bool[])[false] : [false, true])
                {
                    data.Add(way, after, false);
                    data.Add(way, after, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task Failure_at_any_request_leaves_the_old_or_the_new_state(string way, bool afterEffect, bool forGood)
    {
        var requests = int.MaxValue;
        for (var failAt = 1; failAt <= requests; failAt++)
        {
            using var fixture = new RestFixture();
            fixture.Server.SendsETags = failAt % 2 == 0;
            await using var model = fixture.NewModel();
            await PrepareAsync(model);
            var before = new Dictionary<long, (string?, int?)>(model.Rows);
            var calls = Arm(fixture, way, afterEffect, forGood, failAt);
            var committed = await TryCommitAsync(model);
            requests = committed && calls() < failAt ? calls() : requests;
            var after = new Dictionary<long, (string?, int?)>(model.Rows);
            fixture.Server.Intercept = null;
            fixture.Server.Corrupt = null;
            await CheckAsync(fixture, model, before, after, committed, $"{way} at {failAt}");
        }

        Assert.InRange(requests, 1, 20);
    }

    [Theory]
    [InlineData("drop")]
    [InlineData("503")]
    public async Task Answer_that_is_lost_once_is_asked_for_again_where_the_server_recognises_repetitions(string way)
    {
        using var fixture = new RestFixture();
        fixture.Server.Config["idempotency-key-lifetime"] = "PT1H";
        await using var model = fixture.NewModel();
        await PrepareAsync(model);
        var calls = Arm(fixture, way, afterEffect: true, forGood: false, failAt: 1);
        Assert.True(await TryCommitAsync(model));
        Assert.True(Guid.TryParse(fixture.Server.Headers["Idempotency-Key"], out var key) && key.Version == 7);
        Assert.Equal(2, calls());
        await model.CheckAsync();
    }

    [Fact]
    public async Task Commit_that_is_lost_and_then_refused_is_not_believed_to_have_failed()
    {
        using var fixture = new RestFixture();
        fixture.Server.Config["idempotency-key-lifetime"] = "PT1H";
        await using var model = fixture.NewModel();
        await PrepareAsync(model);
        var posts = 0;
        fixture.Server.Corrupt = (request, answer) => request.Method == HttpMethod.Post && ++posts == 1 ? throw new IOException("lost") : answer;
        fixture.Server.Intercept = (request, _) => request.Method == HttpMethod.Post && posts == 1 ? RestCatalogHandler.Error(403, "ForbiddenException") : null;
        Assert.True(await TryCommitAsync(model));
        fixture.Server.Intercept = null;
        await model.CheckAsync();
    }

    [Fact]
    public async Task Server_that_does_not_answer_in_time_leaves_nothing_in_doubt_for_long()
    {
        using var fixture = new RestFixture { Timeout = TimeSpan.FromMilliseconds(300) };
        await using var model = fixture.NewModel();
        await PrepareAsync(model);
        var before = new Dictionary<long, (string?, int?)>(model.Rows);
        fixture.Server.Corrupt = (request, answer) => request.Method == HttpMethod.Post ? throw new TaskCanceledException("the time is over") : answer;
        var committed = await TryCommitAsync(model);
        Assert.True(committed); // it took effect, and the table says so
        fixture.Server.Corrupt = null;
        await CheckAsync(fixture, model, before, new(model.Rows), committed, "time-out");
    }

    /// <summary>Lets a request, and with <paramref name="forGood"/> all that follow, fail; gives how many were seen.</summary>
    private static Func<int> Arm(RestFixture fixture, string way, bool afterEffect, bool forGood, int failAt)
    {
        var calls = 0;
        bool Fails() => ++calls == failAt || (forGood && calls > failAt);
        if (afterEffect)
        {
            fixture.Server.Corrupt = (_, answer) => Fails() ? Answer(way) : answer;
        }
        else
        {
            fixture.Server.Intercept = (_, _) => Fails() ? Answer(way) : null;
        }

        return () => calls;
    }

    private static HttpResponseMessage Answer(string way) => way switch
    {
        "drop" => throw new HttpRequestException(HttpRequestError.ResponseEnded, "The connection was closed."),
        "refused" => throw new HttpRequestException(HttpRequestError.ConnectionError, "Connection refused."),
        "wrong json" => RestCatalogHandler.Json(200, "{\"metadata\":"),
        "empty" => new HttpResponseMessage(HttpStatusCode.OK),
        _ when way.EndsWith("page", StringComparison.Ordinal) => RestCatalogHandler.Html(Status(way)),
        _ => RestCatalogHandler.Error(Status(way), "InjectedException"),
    };

    private static int Status(string way) => int.Parse(way[..3], CultureInfo.InvariantCulture);

    private static async Task PrepareAsync(SinkModel model)
    {
        await model.OpenAsync();
        for (var id = 0; id < 60; id++)
        {
            model.Put(id, $"row {id}", id);
        }

        await model.EndAndCommitAsync();
    }

    private static async Task<bool> TryCommitAsync(SinkModel model)
    {
        for (var id = 10; id < 50; id += 3)
        {
            model.Put(id, "changed", -id);
            model.Remove(id + 1);
        }

        try
        {
            await model.EndAndCommitAsync();
            return true;
        }
        catch (CdcLakeException)
        {
            return false;
        }
    }

    private static async Task CheckAsync(
        RestFixture fixture, SinkModel model, Dictionary<long, (string?, int?)> before, Dictionary<long, (string?, int?)> after, bool committed, string what)
    {
        await model.Sink.DisposeAsync();
        await using var next = fixture.NewModel();
        var position = TestPosition.NumberOf(await next.OpenAsync());
        Assert.True(position is 1 or 2, $"{what}: position {position}");
        Assert.True(position == 2 || !committed, $"{what}: a commit that was reported is not there");
        var rows = position == 2 ? after : before;
        Assert.Equal(SinkModel.Print(rows), SinkModel.Print(await SinkModel.ReadAsync(fixture.Open().Tables)));
        foreach (var (id, row) in rows)
        {
            next.Rows[id] = row;
        }

        next.Put(1, "goes on", 1);
        next.Remove(2);
        await next.EndAndCommitAsync();
        await next.CheckAsync();
    }
}
