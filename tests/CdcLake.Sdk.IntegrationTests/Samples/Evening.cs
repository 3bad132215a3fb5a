using System.Diagnostics;
using CdcLake.IntegrationTests.Pipelines;
using CdcLake.MySql.Wire;

namespace CdcLake.IntegrationTests.Samples;

/// <summary>Somebody who does what the README says, block by block, with another server and another port.</summary>
internal sealed class Evening(PackageFeed feed, ServerSession server, IReadOnlyList<(string Written, string Here)> places) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<ChildProcess> _running = [];
    private string _part = "";
    private string _folder = feed.Folder;
    private string _command = "";
    private string _printed = "";

    /// <summary>The commands that were run, for a test that wants to know that there were some.</summary>
    public List<string> Commands { get; } = [];

    public async Task DoAsync(EveningStep step)
    {
        if (step.Part != _part)
        {
            await EndPartAsync();
            (_part, _folder) = (step.Part, feed.Folder);
        }

        switch (step.Language)
        {
            case "sql":
                await server.RunAsync(Here(step.Text).Split(";\n", StringSplitOptions.RemoveEmptyEntries));
                break;
            case "csharp":
                await File.WriteAllTextAsync(Path.Combine(_folder, step.Word), Here(step.Text));
                break;
            case "sh" when step.Word == "stays":
                _running.Add(Start($"exec {step.Lines.Single()}"));
                break;
            case "sh":
                foreach (var line in step.Lines)
                {
                    await RunAsync(line);
                }

                break;
            case "text":
                await ExpectAsync(step.Text.Trim());
                break;
            default:
                throw new InvalidOperationException($"README.md, {step.Part}: a block of \"{step.Language}\" is nothing that a reader can do.");
        }
    }

    /// <summary>Ends what runs, as Ctrl-C does.</summary>
    public async Task EndPartAsync()
    {
        foreach (var process in _running)
        {
            process.Terminate(); // dotnet run passes it on to the program
            await process.ExitAsync();
            await process.DisposeAsync();
        }

        _running.Clear();
    }

    public async ValueTask DisposeAsync() => await EndPartAsync();

    private async Task RunAsync(string line)
    {
        _command = line;
        Commands.Add(line);
        if (line.StartsWith("cd ", StringComparison.Ordinal))
        {
            _folder = Path.GetFullPath(Path.Combine(_folder, line["cd ".Length..]));
            return;
        }

        if (await TryAsync() is { } failure && !ShowsWhatComes)
        {
            throw failure;
        }
    }

    /// <summary>Whether a command shows what a running program has done by now: it is then asked again until it prints what the README says.</summary>
    private bool ShowsWhatComes => _running.Count > 0;

    private async Task<InvalidOperationException?> TryAsync()
    {
        await using var process = Start(_command);
        var exit = await process.ExitAsync();
        _printed = string.Join('\n', process.Output).Trim();
        return exit == 0 ? null : process.Failure($"exit code {exit}");
    }

    private async Task ExpectAsync(string text)
    {
        var clock = Stopwatch.StartNew();
        while (!_printed.Contains(text, StringComparison.Ordinal))
        {
            if (!ShowsWhatComes || clock.Elapsed > Patience || _running.Exists(p => p.HasExited))
            {
                throw new InvalidOperationException(
                    $"README.md, {_part}: {_command} prints\n{_printed}\nand not\n{text}\n{string.Join('\n', _running.SelectMany(p => p.Output.Concat(p.Errors)).TakeLast(30))}");
            }

            await Task.Delay(200); // a program of somebody else, which tells nobody when it has committed
            await TryAsync();
        }
    }

    private ChildProcess Start(string command) => ChildProcess.Start("bash", ["-c", $"cd '{_folder}' && {Here(command)}"], feed.Environment);

    private string Here(string text) => places.Aggregate(text, (t, place) => t.Replace(place.Written, place.Here, StringComparison.Ordinal));
}
