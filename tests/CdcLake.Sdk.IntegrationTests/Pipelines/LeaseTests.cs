using System.Globalization;
using CdcLake.IntegrationTests.Fixtures;
using CdcLake.MySql.Gtids;
using CdcLake.Testing;
using Xunit.Abstractions;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>
/// Two processes with one pipeline while the server is written to: the one that runs is killed, stopped or cut off at random moments, and the other takes over. 3 rounds, one of each
/// kind; 100 with CDCLAKE_TEST_LONG=1.
/// </summary>
public sealed class LeaseTests(ITestOutputHelper output)
{
    // What is promised is measured with the machine to itself; usual runs share it with other tests.
    private static readonly TimeSpan TakeOver = TimeSpan.FromSeconds(Proof.IsLong ? 10 : 30);

    [ServerFact(TestServers.MySql)]
    public async Task One_of_two_processes_runs_and_the_other_takes_over_within_seconds()
    {
        var random = Seed.Next(output);
        var rounds = Proof.Rounds(usual: 3, full: 100);
        await using var database = await MySqlDatabase.CreateAsync(TestServers.Get(TestServers.MySql), "lease");
        await database.ExecuteAsync("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, v INT)");
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var writing = WriteAsync(database, stop.Token);
        await using var first = new Instance(database, folder.Path, "first");
        await using var second = new Instance(database, folder.Path, "second");
        (Instance Leader, Instance Other) now = (first, second);
        await first.UntilAsync(i => i.IsCommitting, "a commit");
        second.Start();
        await second.UntilAsync(i => i.State == "Standby", "standing by");
        var times = new List<double>();
        for (var round = 0; round < rounds; round++)
        {
            await Task.Delay(random.Next(700)); // any moment of the leader's work
            var kind = rounds == 3 ? round : random.Next(3);
            var before = now.Other.Commits.Count;
            var began = TimeProvider.System.GetTimestamp();
            await now.Leader.HitAsync(kind);
            await now.Other.UntilAsync(i => i.Commits.Count > before, $"a commit after the leader's {(Blow)kind}");
            times.Add(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
            Assert.True(times[^1] < TakeOver.TotalSeconds, $"round {round}, {(Blow)kind}: taken over after {times[^1]:N1} s. {now.Other.Account}");
            await now.Leader.RecoverAsync(kind);
            await now.Leader.UntilAsync(i => i.State == "Standby", "standing by after it recovered");
            now = (now.Other, now.Leader);
        }

        await stop.CancelAsync();
        await writing;
        var expected = (await database.Connection.QueryAsync("SELECT id, v FROM t ORDER BY id", default)).Rows.Select(r => $"{r[0]}|{r[1]}").ToList();
        var table = IcebergCatalog.FileSystem(Path.Combine(folder.Path, "warehouse")).Table("demo.t");
        await CatchUpAsync(table, expected, now.Leader);
        await now.Other.StopAsync();
        await now.Leader.StopAsync();
        await CheckHistoryAsync(table, [first, second], rounds);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rounds} rounds, {expected.Count} rows, take-over after {string.Join(", ", times.Select(t => t.ToString("N1", CultureInfo.InvariantCulture)))} s"));
    }

    // Changes hands once a round, and every version includes the one before.
    private static async Task CheckHistoryAsync(IcebergTable table, IReadOnlyList<Instance> instances, int rounds)
    {
        var owners = instances.SelectMany(i => i.Commits.Select(c => (Id: c, i.Name))).ToDictionary(c => c.Id, c => c.Name);
        var (changes, owner, at) = (0, "first", GtidSet.Empty);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var snapshot in (await table.InspectAsync()).Snapshots.OrderBy(s => s.SequenceNumber))
        {
            known.Add(snapshot.Id.ToString(CultureInfo.InvariantCulture));
            if (snapshot.Summary.TryGetValue("cdclake.gtid", out var gtid))
            {
                var position = GtidSet.Parse(gtid);
                Assert.True(position.Covers(at), $"snapshot {snapshot.Id} goes back from {at} to {position}");
                at = position;
            }

            // One that was killed between commit and message has no owner.
            var by = owners.GetValueOrDefault(snapshot.Id.ToString(CultureInfo.InvariantCulture), owner);
            changes += by == owner ? 0 : 1;
            owner = by;
        }

        Assert.Equal(rounds, changes);
        Assert.Empty(owners.Keys.Except(known)); // what was reported is there
    }

    private static async Task CatchUpAsync(IcebergTable table, List<string> expected, Instance leader)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var rows = new List<(int Id, string Text)>();
            await foreach (var row in table.ReadAsync())
            {
                rows.Add((row.Get<int>("id"), $"{row.Get<int>("id")}|{row.Get<int>("v")}"));
            }

            if (rows.OrderBy(r => r.Id).Select(r => r.Text).SequenceEqual(expected))
            {
                return;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), $"{rows.Count} rows in the table, {expected.Count} in MySQL. {leader.Account}");
            await Task.Delay(50); // until the next look
        }
    }

    private static async Task WriteAsync(MySqlDatabase database, CancellationToken stop)
    {
        for (var n = 1; !stop.IsCancellationRequested; n++)
        {
            await database.ExecuteAsync("BEGIN", $"INSERT INTO t (v) VALUES ({n})", $"UPDATE t SET v = v + 1000000 WHERE id = {n / 2}", n % 7 == 0 ? $"DELETE FROM t WHERE id = {n / 3}" : "DO 0", "COMMIT");
            await Task.Delay(5, CancellationToken.None); // some two hundred transactions a second
        }
    }

    private enum Blow
    {
        Kill,
        Stop,
        Cut,
    }

    // One place of the two, with its network; a process may follow another in it.
    private sealed class Instance : IAsyncDisposable
    {
        private readonly RecordingProxy _proxy;
        private readonly string[] _arguments;
        private readonly List<ChildProcess> _processes = [];

        public Instance(MySqlDatabase database, string folder, string name)
        {
            Name = name;
            _proxy = RecordingProxy.MySql(database.ConnectionString);
            _arguments = ["exec", typeof(LeaseProgram).Assembly.Location, LeaseProgram.Argument, _proxy.ConnectionString, $"{database.Name}.t", folder];
            if (name == "first")
            {
                Start();
            }
        }

        public string Name { get; }

        public string State => _processes[^1].Output.LastOrDefault(l => l.StartsWith("state ", StringComparison.Ordinal))?.Split(' ')[1] ?? "";

        public bool IsCommitting => Commits.Count > 0;

        public List<string> Commits => [.. _processes.SelectMany(p => p.Output).Where(l => l.StartsWith("commit ", StringComparison.Ordinal)).Select(l => l["commit ".Length..])];

        public string Account => _processes[^1].Failure(Name).Message;

        public void Start() => _processes.Add(ChildProcess.Start("dotnet", _arguments));

        public async Task HitAsync(int kind)
        {
            switch ((Blow)kind)
            {
                case Blow.Kill:
                    await _processes[^1].KillAsync();
                    break;
                case Blow.Stop:
                    _processes[^1].Suspend();
                    break;
                default:
                    _proxy.Freeze();
                    break;
            }
        }

        public Task RecoverAsync(int kind)
        {
            switch ((Blow)kind)
            {
                case Blow.Kill:
                    Start();
                    break;
                case Blow.Stop:
                    _processes[^1].Resume();
                    break;
                default:
                    _proxy.Thaw();
                    break;
            }

            return Task.CompletedTask;
        }

        public async Task UntilAsync(Func<Instance, bool> condition, string what)
        {
            var began = TimeProvider.System.GetTimestamp();
            while (!condition(this))
            {
                Assert.False(_processes[^1].HasExited, $"ended by itself before {what}: {Account}");
                Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(40), $"no {what}: {Account}");
                await Task.Delay(10); // until the next look
            }
        }

        public async Task StopAsync()
        {
            _processes[^1].Interrupt();
            Assert.True(await _processes[^1].ExitAsync() == 0, Account);
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var process in _processes)
            {
                await process.DisposeAsync();
            }

            await _proxy.DisposeAsync();
        }
    }
}
