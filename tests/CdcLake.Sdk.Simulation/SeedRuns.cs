using System.Globalization;
using CdcLake.Simulation.Scheduling;

namespace CdcLake.Simulation;

/// <summary>Runs seeds one after the other and sums up.</summary>
/// <param name="options">Which.</param>
internal sealed class SeedRuns(SeedOptions options)
{
    private readonly long[] _faults = new long[Enum.GetValues<FaultKind>().Length];
    private readonly List<int> _failed = [];
    private long _runs;
    private int _last;
    private long _steps;
    private long _commits;
    private ulong _fingerprint; // those of all processes together are one of all seeds in one process

    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        foreach (var seed in options.Regressions.Where((_, i) => i % options.Parts == options.Part))
        {
            await RunAsync(seed).ConfigureAwait(false);
        }

        for (var seed = options.First; seed <= options.Last && (options.Time is not { } time || TimeProvider.System.GetElapsedTime(began) < time); seed++)
        {
            if (seed % options.Parts == options.Part)
            {
                await RunAsync(seed).ConfigureAwait(false);
            }
        }

        Print(TimeProvider.System.GetElapsedTime(began));
        return _failed.Count == 0 ? 0 : 1;
    }

    private async Task RunAsync(int seed)
    {
        var result = await new World(seed, options.Mutation, options.IsTraced ? Console.WriteLine : null).RunAsync().ConfigureAwait(false);
        _runs++;
        _last = seed;
        (_steps, _commits, _fingerprint) = (_steps + result.Steps, _commits + result.Commits, _fingerprint ^ result.Fingerprint);
        for (var kind = 0; kind < _faults.Length; kind++)
        {
            _faults[kind] += result.Faults[kind];
        }

        if (result.Failure is { } failure)
        {
            Fail(seed, $"{failure}\nits last decisions:\n  {string.Join("\n  ", result.Trace.TakeLast(60))}");
        }

        if (options.IsTwice && (await new World(seed, options.Mutation, null).RunAsync().ConfigureAwait(false)).Fingerprint != result.Fingerprint)
        {
            Fail(seed, "two runs of it differ: something is decided outside of the scheduler");
        }
    }

    private string PartText() => options.Parts == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"process {options.Part + 1} of {options.Parts}: ");

    private void Fail(int seed, string why)
    {
        _failed.Add(seed);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed} failed: {why}\nrepeat it with: --seeds {seed} --trace\n"));
    }

    private void Print(TimeSpan time)
    {
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{PartText()}{_runs} runs, up to seed {_last}, in {time.TotalSeconds:0.0} s, {_runs / time.TotalMinutes:0} a minute; {_steps} decisions; {_commits} commits compared; {_faults.Sum()} crashes and faults; fingerprint {_fingerprint:x16}"));
        foreach (var kind in Enum.GetValues<FaultKind>())
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {kind,-8} {_faults[(int)kind],9}"));
        }

        Console.WriteLine(_failed.Count == 0 ? "no seed failed" : $"failed: {string.Join(", ", _failed)}");
    }
}
