using System.Diagnostics;
using System.Globalization;

namespace CdcLake.Benchmarks.Children;

/// <summary>A commit that a child told of.</summary>
/// <param name="Time">When it was visible, on the clock that all processes share.</param>
/// <param name="TotalRows">Rows in the table then.</param>
internal readonly record struct ChildCommit(double Time, long TotalRows);

/// <summary>A job over a log file in a process of its own.</summary>
/// <param name="Started">When the process was asked to start.</param>
/// <param name="First">What it had used when its first commit was visible.</param>
/// <param name="Heap">The largest managed heap seen at a commit, in bytes.</param>
/// <param name="End">What it had used at its end.</param>
internal sealed record FilesRun(double Started, Figures First, long Heap, Figures End);

/// <summary>
/// This program as a process of its own (see <see cref="ChildProgram"/>), for what only a fresh process shows: starting, memory, idling, fewer processors. It has
/// the runtime's default settings, as a user's application has, and is never left running.
/// </summary>
internal sealed class Child : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly Process _process;

    private Child(Process process, double started)
    {
        _process = process;
        Started = started;
    }

    /// <summary>True where a child can be held on some of the processors.</summary>
    public static bool CanPin => OperatingSystem.IsLinux() && File.Exists("/usr/bin/taskset");

    /// <summary>When it was asked to start.</summary>
    public double Started { get; }

    /// <summary>The commits that it told of so far, as far as its lines were read.</summary>
    public List<ChildCommit> Commits { get; } = [];

    /// <param name="processors">
    /// How many of the machine's processors it may use; null for all. With a number the child is for speed: hot methods are compiled again at once, which on one
    /// busy processor takes ten seconds otherwise.
    /// </param>
    /// <param name="arguments">Of <see cref="ChildProgram"/>.</param>
    public static Child Start(int? processors, params IEnumerable<string> arguments) =>
        StartOn(processors is { } count ? count == 1 ? "0" : $"0-{count - 1}" : null, arguments);

    /// <inheritdoc cref="Start"/>
    /// <param name="processors">Which of the machine's processors it may use, as taskset takes them; null for all.</param>
    /// <param name="arguments">Of <see cref="ChildProgram"/>.</param>
    public static Child StartOn(string? processors, params IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath!;
        List<string> command = [program, .. Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(Child).Assembly.Location] : Array.Empty<string>(), "child", .. arguments];
        var settings = new Dictionary<string, string> { ["DOTNET_gcConcurrent"] = "1" };
        if (processors is not null)
        {
            settings["DOTNET_TC_CallCountingDelayMs"] = "0";
            command.InsertRange(0, ["/usr/bin/taskset", "-c", processors]);
        }

        var start = new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var started = Figures.Clock;
        return new Child(Process.Start(start) ?? throw new InvalidOperationException($"{program} does not start."), started);
    }

    /// <summary>Runs a job over a log file in a fresh process, to its end.</summary>
    public static async Task<FilesRun> FilesAsync(string job, string log, string folder)
    {
        await using var child = Start(null, "files", job, log, folder);
        var first = Figures.Parse(await child.LineAsync("first"));
        var heap = long.Parse(await child.LineAsync("heap"), CultureInfo.InvariantCulture);
        return new FilesRun(child.Started, first, heap, Figures.Parse(await child.LineAsync("end")));
    }

    /// <summary>What it has used so far.</summary>
    public async Task<Figures> FiguresAsync() => Figures.Parse(await AskAsync("figures"));

    /// <summary>Sends a line and gives what follows the same word in the answer.</summary>
    public async Task<string> AskAsync(string word)
    {
        await _process.StandardInput.WriteLineAsync(word);
        await _process.StandardInput.FlushAsync();
        return await LineAsync(word);
    }

    /// <summary>The rest of its next line that begins with a word; commits on the way are kept.</summary>
    public async Task<string> LineAsync(string word)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            var first = space < 0 ? line : line[..space];
            if (first == "commit")
            {
                var parts = line.Split(' ');
                Commits.Add(new ChildCommit(double.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture)));
            }

            if (first == word)
            {
                return space < 0 ? "" : line[(space + 1)..];
            }
        }

        throw new InvalidOperationException($"A child process ended before it said \"{word}\"; its error stands above.");
    }

    /// <summary>Asks it to end and reads what it still has to say.</summary>
    public async Task<Figures> EndAsync()
    {
        _process.StandardInput.Close();
        return Figures.Parse(await LineAsync("end"));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
            await _process.WaitForExitAsync(limit.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
