using System.Runtime.InteropServices;
using CdcLake;
using Quickstart;

Arguments arguments;
try
{
    arguments = Arguments.Parse(args);
}
catch (ArgumentException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

if (arguments.ShowHelp)
{
    Console.WriteLine(Arguments.Help);
    return 0;
}

// The first Ctrl-C, and SIGTERM (docker stop, Kubernetes), drain: what was read is committed. The second Ctrl-C ends the process at once, which loses nothing either.
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, e) =>
{
    if (!stop.IsCancellationRequested)
    {
        e.Cancel = true;
        Console.Error.WriteLine("stopping: committing what was read (Ctrl-C again to stop at once)");
        stop.Cancel();
    }
};
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
{
    signal.Cancel = true;
    stop.Cancel();
});

try
{
    return await Job.RunAsync(arguments, stop.Token);
}
catch (Exception e) when (e is CdcLakeException or ArgumentException or TimeoutException)
{
    await Console.Error.WriteLineAsync($"error: {e.Message}");
    return 1;
}
