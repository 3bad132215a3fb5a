using System.Globalization;

namespace CdcLake.Simulation.Scheduling;

/// <summary>
/// Runs everything on the one thread of the pool. Whenever no continuation is left to run, it decides by the seed what happens next: which request is answered and how, which timer fires, who is
/// killed, stopped or stands still. Time goes on only when it says so.
/// </summary>
internal sealed class Scheduler : IThreadPoolWorkItem
{
    private const int TraceLength = 400;
    private const int MostTurns = 3_000_000; // between two decisions: some seconds
    private readonly List<Request> _requests = [];
    private readonly SortedSet<NodeTimer> _timers = new(Comparer<NodeTimer>.Create((a, b) => a.Due != b.Due ? a.Due!.Value.CompareTo(b.Due!.Value) : a.Number.CompareTo(b.Number)));
    private readonly List<Node> _nodes = [];
    private readonly Queue<string> _trace = [];
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FaultRates _rates;
    private readonly Action<string>? _print;
    private long _number;
    private long _mostSteps;
    private long _turns;
    private Task? _looking;

    /// <param name="seed">Decides everything.</param>
    /// <param name="rates">How often things go wrong.</param>
    /// <param name="print">Told of each decision; null for nobody.</param>
    public Scheduler(int seed, FaultRates rates, Action<string>? print)
    {
        (Random, _rates, _print) = (new Random(seed), rates, print);
        Clock = new NodeClock(this, null);
    }

    public Random Random { get; }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Time that nobody stops.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Nothing goes wrong from now on.</summary>
    public bool IsCalm { get; set; }

    /// <summary>Decisions so far.</summary>
    public long Steps { get; private set; }

    /// <summary>What went wrong so far, by kind.</summary>
    public int[] Faults { get; } = new int[Enum.GetValues<FaultKind>().Length];

    /// <summary>Of all decisions: equal for equal runs.</summary>
    public ulong Fingerprint { get; private set; } = 14695981039346656037;

    /// <summary>The last decisions.</summary>
    public IEnumerable<string> Trace => _trace;

    /// <summary>Does something of its own between two decisions, with a weight among the others; null when there is nothing left.</summary>
    public Func<bool>? Work { get; set; }

    /// <summary>Looks at the world after each decision, and may wait for what it does itself; null while there is nothing to see.</summary>
    public Func<Task?>? Look { get; set; }

    /// <summary>Runs until a task has ended.</summary>
    public async Task RunAsync(Func<Task> main, long mostSteps)
    {
        _mostSteps = mostSteps;
        var running = main();
        _ = running.ContinueWith(_ => _end.TrySetResult(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        await _end.Task.ConfigureAwait(false);
        if (running.IsCompleted)
        {
            await running.ConfigureAwait(false);
        }
    }

    public long NextNumber() => ++_number;

    public void Add(NodeTimer timer) => _timers.Add(timer);

    public void Remove(NodeTimer timer)
    {
        if (timer.Due is not null)
        {
            _timers.Remove(timer);
        }
    }

    public Node Start(string name)
    {
        var node = new Node(this, name);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Something was decided elsewhere.</summary>
    public void Note(string what)
    {
        foreach (var c in what)
        {
            Fingerprint = (Fingerprint ^ c) * 1099511628211;
        }

        var line = string.Create(CultureInfo.InvariantCulture, $"{Steps,6} {Now:mm:ss.fff} {what}");
        _trace.Enqueue(line);
        if (_trace.Count > TraceLength)
        {
            _trace.Dequeue();
        }

        _print?.Invoke(line);
    }

    public void Count(FaultKind kind) => Faults[(int)kind]++;

    public bool Chance(double probability) => !IsCalm && Random.NextDouble() < probability;

    /// <summary>Asks for something that happens when the scheduler says so, or goes wrong.</summary>
    /// <param name="node">Who asks.</param>
    /// <param name="what">For the trace.</param>
    /// <param name="writes">It changes something.</param>
    /// <param name="act">What happens, in one piece.</param>
    /// <param name="error">What the asker gets instead of an answer.</param>
    /// <param name="cancellationToken">The asker does not want it any more.</param>
    /// <param name="isPrompt">Of a session that goes with its asker: what has not arrived by then never does.</param>
    public Task<T> AskAsync<T>(Node node, string what, bool writes, Func<T> act, Func<string, Exception> error, CancellationToken cancellationToken, bool isPrompt = false)
    {
        if (node.IsDead)
        {
            return Task.FromException<T>(new KilledException(node.Name));
        }

        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        var request = new Request<T>(node, what, writes, act, error) { IsPrompt = isPrompt };
        _requests.Add(request);
        request.GivenUp = cancellationToken.UnsafeRegister((r, token) => LeaveBehind((Request)r!, new OperationCanceledException(token)), request);
        return request.Answer;
    }

    /// <summary>Ends a process at once; requests on their way may still arrive.</summary>
    public void Kill(Node node)
    {
        Count(FaultKind.Kill);
        Note($"kill {node.Name}");
        Bury(node);
    }

    /// <summary>A process has ended.</summary>
    public void Bury(Node node)
    {
        node.Kill();
        _nodes.Remove(node);
        foreach (var request in _requests.Where(r => r.Node == node && !r.IsGhost).ToList())
        {
            LeaveBehind(request, new KilledException(node.Name));
        }
    }

    /// <summary>One decision, when nothing else is left to run.</summary>
    public void Execute()
    {
        try
        {
            if (_end.Task.IsCompleted)
            {
                return;
            }

            if (ThreadPool.PendingWorkItemCount == 0 && !IsLooking())
            {
                if (++Steps > _mostSteps)
                {
                    throw new SimulationException($"After {_mostSteps} decisions it has not ended: requests {string.Join(", ", _requests.Take(20).Select(r => $"{r.Node.Name}: {r.What}"))}; timers {_timers.Count}.");
                }

                Decide();
                _turns = 0;
            }
            else if (++_turns > MostTurns)
            {
                throw new SimulationException(_looking is null
                    ? "Somebody goes on and on without asking for anything."
                    : "Who looks at the targets waits for something that only a decision would bring.");
            }

            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
        catch (Exception failure)
        {
            _end.TrySetException(failure);
        }
    }

    // What was seen may have set something going, which comes before the next decision.
    private bool IsLooking()
    {
        _looking ??= Look?.Invoke();
        if (_looking is null)
        {
            return false;
        }

        if (_looking is { IsFaulted: true } failed)
        {
            throw failed.Exception!.InnerException!;
        }

        _looking = _looking.IsCompleted ? null : _looking;
        return true;
    }

    private void Decide()
    {
        if (_nodes.Count > 0 && Chance(_rates.Trouble))
        {
            Trouble(_nodes[Random.Next(_nodes.Count)]);
        }
        else if (Work is { } work && Random.NextDouble() < _rates.Work && work())
        {
            return;
        }
        else if (_timers.FirstOrDefault(t => t.Due <= Now && t.Node is null or { IsPaused: false }) is { } due && due.Due <= Now && Random.Next(2) == 0)
        {
            Fire(due);
        }
        else if (Chosen() is { } request)
        {
            Answer(request);
            Now += TimeSpan.FromTicks(Random.Next((int)(20 * TimeSpan.TicksPerMillisecond)));
        }
        else
        {
            Advance();
        }
    }

    private void Trouble(Node node)
    {
        var dice = Random.NextDouble();
        if (dice < 0.6)
        {
            Kill(node);
        }
        else if (dice < 0.8)
        {
            Count(FaultKind.Stop);
            Note($"stop {node.Name}");
            node.Stop();
        }
        else
        {
            Count(FaultKind.Pause);
            node.PausedUntil = Now + TimeSpan.FromSeconds(Random.Next(1, 60));
            Note($"pause {node.Name} until {node.PausedUntil:mm:ss}");
        }
    }

    private Request? Chosen()
    {
        var ready = _requests.Where(r => r.NotBefore <= Now && (r.IsGhost || !r.Node.IsPaused)).ToList();
        return ready.Count == 0 ? null : ready[Random.Next(ready.Count)];
    }

    private void Answer(Request request)
    {
        var dice = IsCalm ? 1 : Random.NextDouble();
        if (dice < _rates.Delay)
        {
            Count(FaultKind.Delay);
            request.NotBefore = Now + TimeSpan.FromMilliseconds(Random.Next(1, 20_000));
            Note($"{request.Node.Name}: {request.What} is held up");
            return;
        }

        _requests.Remove(request);
        if (request.IsGhost)
        {
            Count(FaultKind.Ghost);
            Note($"{request.Node.Name}: {request.What}, as a ghost");
            request.CarryOut();
        }
        else if (dice < _rates.Delay + _rates.Refuse)
        {
            Count(FaultKind.Refuse);
            Note($"{request.Node.Name}: {request.What} is refused");
            request.Refuse();
        }
        else if (dice < _rates.Delay + _rates.Refuse + _rates.Lose && request.Writes)
        {
            Count(FaultKind.Lose);
            Note($"{request.Node.Name}: {request.What}, its answer is lost");
            request.Lose();
        }
        else
        {
            Note($"{request.Node.Name}: {request.What}");
            request.CarryOut();
        }
    }

    private void Advance()
    {
        // Those of processes that stand still wait until they go on.
        var next = _timers.Select(t => (Timer: (NodeTimer?)t, At: Later(t.Due!.Value, t.Node))).OrderBy(t => t.At).FirstOrDefault();
        var waking = _requests.Select(r => r.IsGhost ? r.NotBefore : Later(r.NotBefore, r.Node)).DefaultIfEmpty(DateTimeOffset.MaxValue).Min();
        if (next.Timer is null && waking == DateTimeOffset.MaxValue)
        {
            if (Work?.Invoke() == true)
            {
                return;
            }

            if (!IsCalm)
            {
                IsCalm = true;
                return;
            }

            throw new SimulationException("Nothing is left to happen, and it has not ended: somebody waits for what never comes.");
        }

        if (next.Timer is null || waking < next.At)
        {
            Now = waking > Now ? waking : Now;
            return;
        }

        Now = next.At > Now ? next.At : Now;
        Fire(next.Timer);
    }

    private static DateTimeOffset Later(DateTimeOffset at, Node? node) => node is { IsPaused: true } && node.PausedUntil > at ? node.PausedUntil : at;

    private void Fire(NodeTimer timer)
    {
        Note($"{timer.Node?.Name ?? "world"}: timer");
        timer.Fire();
    }

    private void LeaveBehind(Request request, Exception why)
    {
        if (request.IsAnswered)
        {
            return;
        }

        request.Abandon(why);
        var isLost = !request.Writes || Random.Next(2) == 0;
        if (isLost || request.IsPrompt)
        {
            _requests.Remove(request);
        }

        if (!isLost && request.IsPrompt)
        {
            Count(FaultKind.Ghost);
            Note($"{request.Node.Name}: {request.What}, the last of its session");
            request.CarryOut();
        }
    }
}

/// <summary>A run did not go as it must.</summary>
internal sealed class SimulationException(string message, Exception? innerException = null) : Exception(message, innerException);
