namespace CdcLake.Testing.Crashes;

/// <summary>What whoever still runs in a process that was killed meets, whatever it tries. It is no error of the library, so that nobody retries or explains it.</summary>
internal sealed class SimulatedCrashException : Exception
{
    public SimulatedCrashException(string message)
        : base(message)
    {
    }
}
