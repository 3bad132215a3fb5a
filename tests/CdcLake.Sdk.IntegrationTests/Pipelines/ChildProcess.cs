using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>A program started by a test: its lines, signals, and never left running.</summary>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private const int Interrupted = 2; // SIGINT
    private const int Terminated = 15; // SIGTERM
    private const int Continued = 18; // SIGCONT
    private const int Stopped = 19; // SIGSTOP
    private readonly Process _process;
    private readonly Lock _lock = new();
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly string _command;
    private TaskCompletionSource _changed = New();

    private ChildProcess(Process process, string command)
    {
        _process = process;
        _command = command;
        process.OutputDataReceived += (_, e) => Add(_output, e.Data);
        process.ErrorDataReceived += (_, e) => Add(_errors, e.Data);
        process.Exited += (_, _) => Signal();
    }

    public static TimeSpan Limit { get; } = TimeSpan.FromSeconds(120);

    public IReadOnlyList<string> Output => Copy(_output);

    public IReadOnlyList<string> Errors => Copy(_errors);

    public bool HasExited => _process.HasExited;

    public static ChildProcess Start(string program, IEnumerable<string> arguments, params ReadOnlySpan<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Repository.Root, // the tests' own one changes while ClickHouse reads
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = new Process { StartInfo = start, EnableRaisingEvents = true };
        var child = new ChildProcess(process, $"{program} {string.Join(' ', start.ArgumentList)}");
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Runs it to its end and gives its output; anything but exit code 0 is an error.</summary>
    public static async Task<string> RunAsync(string program, params IEnumerable<string> arguments)
    {
        await using var child = Start(program, arguments);
        return await child.ExitAsync() == 0 ? string.Join('\n', child.Output) : throw child.Failure("exit code is not 0");
    }

    /// <summary>The first line of standard output, from the first on, that fits; an error when the program ends without it.</summary>
    public async Task<string> LineAsync(Predicate<string> fits, string what)
    {
        var seen = 0;
        using var limit = new CancellationTokenSource(Limit);
        while (true)
        {
            Task changed;
            bool ended;
            lock (_lock)
            {
                ended = _process.HasExited;
                changed = _changed.Task;
                for (; seen < _output.Count; seen++)
                {
                    if (fits(_output[seen]))
                    {
                        return _output[seen];
                    }
                }
            }

            if (ended)
            {
                await _process.WaitForExitAsync(limit.Token); // the rest of its lines
                return Output.Skip(seen).FirstOrDefault(l => fits(l)) ?? throw Failure($"ended without {what}");
            }

            await changed.WaitAsync(limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            if (limit.IsCancellationRequested)
            {
                throw Failure($"no {what} within {Limit.TotalSeconds} s");
            }
        }
    }

    public async Task<int> ExitAsync() => await ExitsWithinAsync(Limit) ? _process.ExitCode : throw Failure($"still running after {Limit.TotalSeconds} s");

    /// <summary>False when it still runs after that time.</summary>
    public async Task<bool> ExitsWithinAsync(TimeSpan time)
    {
        using var limit = new CancellationTokenSource(time);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>SIGKILL: nothing of the program runs after it.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    /// <summary>SIGINT, as Ctrl-C sends it.</summary>
    public void Interrupt() => Send(Interrupted);

    /// <summary>SIGTERM, as docker stop sends it.</summary>
    public void Terminate() => Send(Terminated);

    /// <summary>SIGSTOP: it sleeps wherever it is, as a paused container or a machine without memory does, and does not know it afterwards.</summary>
    public void Suspend() => Send(Stopped);

    /// <summary>SIGCONT: it goes on as if no time had passed.</summary>
    public void Resume() => Send(Continued);

    public InvalidOperationException Failure(string what) => new(
        $"{what}: {_command}\n--- standard error\n{string.Join('\n', Errors.TakeLast(20))}\n--- standard output\n{string.Join('\n', Output.TakeLast(40))}");

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    private void Send(int signal)
    {
        if (!_process.HasExited)
        {
            _ = Signal(_process.Id, signal);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private List<string> Copy(List<string> lines)
    {
        lock (_lock)
        {
            return [.. lines];
        }
    }

    private void Add(List<string> lines, string? line)
    {
        if (line is not null)
        {
            lock (_lock)
            {
                lines.Add(line);
            }

            Signal();
        }
    }

    private void Signal()
    {
        lock (_lock)
        {
            _changed.TrySetResult();
            _changed = New();
        }
    }
}
