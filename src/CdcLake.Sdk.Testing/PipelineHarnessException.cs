using System.Globalization;

namespace CdcLake.Testing;

/// <summary>The pipeline of a <see cref="PipelineHarness"/> did not do what was asked for; <see cref="Exception.InnerException"/> is its own error, where it had one.</summary>
public sealed class PipelineHarnessException : Exception
{
    internal PipelineHarnessException(int seed, string message, Exception? innerException = null)
        : base(WithSeed(message, seed), innerException) => Seed = seed;

    /// <summary>With <see cref="PipelineHarnessOptions.Seed"/> set to it the same happens again.</summary>
    public int Seed { get; }

    internal static string WithSeed(string message, int seed) => string.Create(CultureInfo.InvariantCulture, $"{message} [seed {seed}: o => o.Seed = {seed} repeats this]");
}
