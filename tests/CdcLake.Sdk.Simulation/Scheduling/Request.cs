namespace CdcLake.Simulation.Scheduling;

/// <summary>Something that a process has asked of a disk, a server or the network, and that has not happened yet.</summary>
/// <param name="node">Who asks.</param>
/// <param name="what">For the trace.</param>
/// <param name="writes">It changes something, so it may happen after its process was killed.</param>
internal abstract class Request(Node node, string what, bool writes)
{
    public Node Node => node;

    public string What => what;

    public bool Writes => writes;

    /// <summary>It has arrived before its asker went away, or never does.</summary>
    public bool IsPrompt { get; init; }

    /// <summary>Not chosen before.</summary>
    public DateTimeOffset NotBefore { get; set; }

    /// <summary>Ends it when its asker does not want it any more.</summary>
    public CancellationTokenRegistration GivenUp { get; set; }

    /// <summary>Its asker has heard of it.</summary>
    public abstract bool IsAnswered { get; }

    /// <summary>Nobody waits for it any more.</summary>
    public bool IsGhost { get; protected set; }

    /// <summary>Happens, and is answered.</summary>
    public abstract void CarryOut();

    /// <summary>Does not happen, and its asker is told so.</summary>
    public abstract void Refuse();

    /// <summary>Happens, and its asker is told that it did not.</summary>
    public abstract void Lose();

    /// <summary>Its asker is gone.</summary>
    public abstract void Abandon(Exception error);
}

/// <summary>A request with an answer.</summary>
/// <param name="node">Who asks.</param>
/// <param name="what">For the trace.</param>
/// <param name="writes">It changes something.</param>
/// <param name="act">What happens, in one piece.</param>
/// <param name="error">What the asker gets instead of an answer.</param>
internal sealed class Request<T>(Node node, string what, bool writes, Func<T> act, Func<string, Exception> error) : Request(node, what, writes)
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    public override bool IsAnswered => Answer.IsCompleted;

    public override void CarryOut()
    {
        GivenUp.Unregister();
        try
        {
            _answer.TrySetResult(act());
        }
        catch (Exception failure)
        {
            _answer.TrySetException(failure);
        }
    }

    public override void Refuse()
    {
        GivenUp.Unregister();
        _answer.TrySetException(error($"{What} was refused"));
    }

    public override void Lose()
    {
        GivenUp.Unregister();
        try
        {
            act();
        }
        catch (Exception)
        {
            // Its outcome is lost, too.
        }

        _answer.TrySetException(error($"the answer to {What} was lost"));
    }

    public override void Abandon(Exception failure)
    {
        IsGhost = true;
        GivenUp.Unregister();
        _ = failure is OperationCanceledException canceled ? _answer.TrySetCanceled(canceled.CancellationToken) : _answer.TrySetException(failure);
        _ = _answer.Task.Exception; // nobody may be there to look at it
    }
}
