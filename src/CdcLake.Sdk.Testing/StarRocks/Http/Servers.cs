using CdcLake.Testing.StarRocks.Model;

namespace CdcLake.Testing.StarRocks.Http;

/// <summary>Whom a request has reached.</summary>
/// <param name="IsBackend">Else a frontend.</param>
/// <param name="Number">From 0 up; the frontend 0 leads.</param>
internal readonly record struct Place(bool IsBackend, int Number);

/// <summary>What all frontends and backends answer, whatever carries requests to them.</summary>
/// <param name="cluster">What they have in common.</param>
/// <param name="addressOf">Scheme, host and port of each.</param>
internal sealed class Servers(Cluster cluster, Func<Place, string> addressOf)
{
    private const string Dead = "http://127.0.0.1:1"; // tcpmux: nothing listens there
    private readonly Frontend _frontend = new(cluster, b => addressOf(new Place(true, b)));
    private readonly Backend _backend = new(cluster, b => addressOf(new Place(true, b)));

    /// <summary>True where nothing listens.</summary>
    public bool IsDown(Place place)
    {
        lock (cluster.Lock)
        {
            return place.IsBackend && cluster.IsDown(place.Number);
        }
    }

    /// <summary>A server loses its memory in the midst of a request.</summary>
    public void Die(Place place)
    {
        lock (cluster.Lock)
        {
            cluster.LoseBackend(place.Number);
        }
    }

    /// <summary>What is answered before a body is read; null where there is no such thing.</summary>
    public Reply? BeforeBody(Call call, Place place, FakeStarRocksFault fault) => fault switch
    {
        FakeStarRocksFault.ServerError => new Reply(502, "<html><body>Bad Gateway</body></html>") { ContentType = "text/html" },
        FakeStarRocksFault.Refuse when place.IsBackend => Reply.Of(call.IsTransaction ? "INTERNAL_ERROR" : "Fail", "Service is shutting down, please retry later!"),
        FakeStarRocksFault.Refuse when call.IsTransaction || call.Verb == "stream-load" => Reply.Of("FAILED", "class com.starrocks.common.DdlException: No backend alive."),
        FakeStarRocksFault.Refuse => Reply.Base("FAILED", "1", "FE is not ready"),
        _ => place.IsBackend ? Objection(call) : AskFrontend(call, place, fault),
    };

    /// <summary>What a backend answers that has read the body.</summary>
    public Reply AskBackend(Call call, int backend, ReadOnlyMemory<byte> body, FakeStarRocksFault fault)
    {
        var late = fault == FakeStarRocksFault.PublishLate;
        lock (cluster.Lock)
        {
            return call.Verb switch
            {
                "error-log" => cluster.ErrorLog(call.Label) is { } lines ? new Reply(200, string.Join('\n', lines)) { ContentType = "text/plain" } : new Reply(404, "Not Found"),
                "stream-load" => _backend.StreamLoad(call, backend, body, late),
                "begin" => _backend.Begin(call, backend),
                "load" => _backend.Load(call, backend, body),
                "prepare" => _backend.Prepare(call, backend),
                "commit" => _backend.Commit(call, backend, late),
                "rollback" => _backend.Rollback(call, backend),
                _ => new Reply(404, "Not Found"),
            };
        }
    }

    private Reply AskFrontend(Call call, Place place, FakeStarRocksFault fault)
    {
        lock (cluster.Lock)
        {
            if (_frontend.Check(call) is { } refusal)
            {
                return refusal;
            }

            if (place.Number > 0 && call.Verb != "stream-load")
            {
                return Away(Reply.Redirect(addressOf(new Place(false, 0)) + call.PathAndQuery), call, fault);
            }

            return Away(
                call.Verb switch
                {
                    "stream-load" => _frontend.StreamLoad(call),
                    "state" => _frontend.State(call),
                    "cancel" => _frontend.Cancel(call),
                    "error-log" => new Reply(404, "Not Found"),
                    _ => _frontend.Transaction(call, fault == FakeStarRocksFault.PublishLate),
                },
                call,
                fault);
        }
    }

    private static Reply Away(Reply reply, Call call, FakeStarRocksFault fault) =>
        fault == FakeStarRocksFault.RedirectToDead && reply.Location is not null ? Reply.Redirect(Dead + call.PathAndQuery) : reply;

    // A backend lets the frontend judge name and password, and says no with HTTP 200.
    private Reply? Objection(Call call)
    {
        if (call.Verb == "error-log")
        {
            return null;
        }

        var status = call.IsTransaction ? "INTERNAL_ERROR" : "Fail";
        if (call.Credentials() is not { } who)
        {
            return Reply.Of(status, "no valid Basic authorization");
        }

        return who == (cluster.Options.User, cluster.Options.Password) ? null : Reply.Of(status, $"Access denied for {who.User}@127.0.0.1");
    }
}
