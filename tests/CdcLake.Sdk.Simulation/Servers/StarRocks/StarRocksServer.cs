using System.Globalization;
using System.Text.RegularExpressions;
using CdcLake.Simulation.Scheduling;
using CdcLake.StarRocks.Commits;
using CdcLake.StarRocks.StreamLoad;
using CdcLake.Testing;
using CdcLake.Testing.StarRocks.Http;
using CdcLake.Testing.StarRocks.Model;
using HttpServers = CdcLake.Testing.StarRocks.Http.Servers;

namespace CdcLake.Simulation.Servers.StarRocks;

/// <summary>A StarRocks cluster that outlives all processes: the product's own fake without its sockets, of a release, with frontends and backends as the seed has them.</summary>
internal sealed partial class StarRocksServer
{
    private static readonly string[] Releases = ["2.3.9", "3.3.5", "4.0.2", "4.0.2"];
    private readonly Scheduler _scheduler;
    private readonly HttpServers _servers;
    private readonly Dictionary<string, Node> _owners = new(StringComparer.Ordinal); // by what labels have of a table
    private readonly bool _publishesAborted;
    private int _restarts;

    /// <param name="random">Decides what it is like.</param>
    /// <param name="scheduler">Decides what goes wrong.</param>
    /// <param name="publishesAborted">What was aborted becomes visible.</param>
    public StarRocksServer(Random random, Scheduler scheduler, bool publishesAborted)
    {
        (_scheduler, _publishesAborted) = (scheduler, publishesAborted);
        Model = new Cluster(new FakeStarRocksOptions { Version = Releases[random.Next(Releases.Length)], Frontends = random.Next(1, 3), Backends = random.Next(1, 4) });
        Model.Restarted += () => _restarts++;
        _servers = new HttpServers(Model, AddressOf);
        Named = new StarRocksCluster(
            $"Server={string.Join(',', Enumerable.Range(0, Model.Options.Frontends).Select(f => HostOf(new Place(false, f))))};User ID={Model.Options.User};Password={Model.Options.Password}",
            o => (o.Compress, o.RetryFor) = (random.Next(4) == 0 && Model.Release.HasCompressedJson, TimeSpan.FromSeconds(random.Next(30))));
    }

    /// <summary>Releases before 2.5 have nothing by which one process could be kept from writing over what another has written.</summary>
    public bool KeepsProcessesApart => Model.Release.HasConditions;

    /// <summary>What it holds.</summary>
    public Cluster Model { get; }

    /// <summary>The cluster as the application names it.</summary>
    public StarRocksCluster Named { get; }

    /// <summary>What readers see may have changed.</summary>
    public bool IsTouched { get; set; }

    /// <summary>How often the frontends started anew, which cuts sessions.</summary>
    public int Restarts => _restarts;

    /// <summary>A process has taken a table over, or said that it still has it.</summary>
    /// <param name="label">Of the load that said so.</param>
    /// <param name="node">Which process.</param>
    public void Take(string label, Node node) => _owners[TableOf(label)] = node;

    /// <summary>Whether a statement may change a table. StarRocks has nothing by which a process could be kept from that between its last look and the statement, and the simulation leaves just this out.</summary>
    public bool MayChange(string statement, Node node) =>
        TableStatement().Match(statement) is not { Success: true } found
        || !_owners.TryGetValue(TableOf(Labels.Of($"{found.Groups[1]}.{found.Groups[2]}", 0, "", 'o')), out var owner)
        || owner == node;

    /// <summary>The cluster as one process reaches it.</summary>
    public ClusterCommitGroup For(Node node)
    {
        var named = Named.Commits.Connection;
        return new ClusterCommitGroup(new ClusterConnection(
            new CdcLake.StarRocks.Ddl.Frontend(named.Frontend.Access, (_, token) => SessionOfNode.OpenAsync(this, node, token)),
            new LoadClient(named.LoadAddresses, Model.Options.User, Model.Options.Password, named.Options, new LoadsOfNode(this, node)),
            named.Options));
    }

    /// <summary>Whom an address leads to; null where nobody is.</summary>
    public Place? PlaceOf(Uri address)
    {
        var place = new Place(address.Host.StartsWith("be", StringComparison.Ordinal), address.Host.EndsWith(".invalid", StringComparison.Ordinal) ? address.Host[2] - '0' : -1);
        return place.Number < 0 || _servers.IsDown(place) ? null : place;
    }

    /// <summary>Carries a request out.</summary>
    /// <returns>Null when the connection is cut instead of an answer.</returns>
    public Reply? Answer(Call call, Place place, ReadOnlyMemory<byte> body, FakeStarRocksFault fault)
    {
        if (fault == FakeStarRocksFault.DieInBody)
        {
            _servers.Die(place);
            return null;
        }

        if (_publishesAborted && call.Verb is "rollback" or "cancel" && Model.Find(call.Database, call.Label) is { IsOpen: true } open)
        {
            var state = open.State;
            open.Publish();
            open.State = state;
        }

        var reply = _servers.BeforeBody(call, place, fault) ?? _servers.AskBackend(call, place.Number, body, fault);

        if (fault == FakeStarRocksFault.PublishLate)
        {
            _scheduler.Clock.CreateTimer(_ => PublishLate(), null, TimeSpan.FromMilliseconds(_scheduler.Random.Next(60_000)), Timeout.InfiniteTimeSpan);
        }

        IsTouched |= call.Verb is "stream-load" or "commit" or "rollback" or "cancel";
        return reply;
    }

    /// <summary>Something happens to the cluster itself.</summary>
    public void Shake()
    {
        _scheduler.Count(FaultKind.Forget);
        switch (_scheduler.Random.Next(4))
        {
            case 0:
                _scheduler.Note("the frontends of StarRocks start anew");
                Model.RestartFrontends();
                break;
            case 1:
                _scheduler.Note("open transactions of StarRocks run out");
                Model.TimeOut();
                break;
            case 2 when Model.LivingBackends.Skip(1).Any():
                var away = Model.LivingBackends.ElementAt(_scheduler.Random.Next(Model.LivingBackends.Count()));
                _scheduler.Note(string.Create(CultureInfo.InvariantCulture, $"backend {away} of StarRocks goes"));
                Model.StopBackend(away);
                _scheduler.Clock.CreateTimer(_ => Model.StartBackend(away), null, TimeSpan.FromMilliseconds(_scheduler.Random.Next(40_000)), Timeout.InfiniteTimeSpan);
                break;
            default:
                var forgetful = _scheduler.Random.Next(Model.Options.Backends);
                _scheduler.Note(string.Create(CultureInfo.InvariantCulture, $"backend {forgetful} of StarRocks starts anew"));
                Model.LoseBackend(forgetful);
                break;
        }
    }

    private void PublishLate()
    {
        Model.PublishLate();
        IsTouched = true;
    }

    private static string TableOf(string label) => label.Split('_')[1];

    [GeneratedRegex("^(?:TRUNCATE TABLE|DROP TABLE IF EXISTS|ALTER TABLE) `(.*?)`.`(.*?)`")]
    private static partial Regex TableStatement();

    private static string HostOf(Place place) => string.Create(CultureInfo.InvariantCulture, $"{(place.IsBackend ? "be" : "fe")}{place.Number}.invalid");

    private static string AddressOf(Place place) => $"http://{HostOf(place)}:{(place.IsBackend ? "8040" : "8030")}";
}
