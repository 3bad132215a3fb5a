namespace CdcLake.Connectors;

/// <summary>Tables of a database whose rows are to be read anew while a run goes on, since somebody asked for it. Thread-safe.</summary>
internal sealed class RereadRequests
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TaskCompletionSource> _open = new(StringComparer.Ordinal);
    private readonly List<string> _new = [];
    private bool _hasNew;

    /// <summary>True while somebody asked for what the source has not begun yet.</summary>
    public bool HasNew => Volatile.Read(ref _hasNew);

    /// <summary>Asks for a table.</summary>
    /// <returns>Done when its rows are part of the stream; cancelled when the run ended before, or the table went.</returns>
    public Task AskAsync(string table)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(table, out var asked))
            {
                _open.Add(table, asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
                _new.Add(table);
                Volatile.Write(ref _hasNew, true);
            }

            return asked.Task;
        }
    }

    /// <summary>What was asked for since the last time; the source begins with it.</summary>
    public IReadOnlyList<string> Take()
    {
        lock (_lock)
        {
            string[] taken = [.. _new];
            _new.Clear();
            Volatile.Write(ref _hasNew, false);
            return taken;
        }
    }

    /// <summary>The rows of a table are part of the stream.</summary>
    public void Done(string table) => Take(table)?.TrySetResult();

    /// <summary>A table is gone.</summary>
    public void Gone(string table) => Take(table)?.TrySetCanceled();

    /// <summary>The run is over.</summary>
    public void End()
    {
        lock (_lock)
        {
            foreach (var asked in _open.Values)
            {
                asked.TrySetCanceled();
            }

            _open.Clear();
            _new.Clear();
            Volatile.Write(ref _hasNew, false);
        }
    }

    private TaskCompletionSource? Take(string table)
    {
        lock (_lock)
        {
            return _open.Remove(table, out var asked) ? asked : null;
        }
    }
}
