using System.Globalization;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>The sample program, started as a user would, without a build in between.</summary>
internal static class Quickstart
{
    public static ChildProcess Start(params IEnumerable<string> arguments) =>
        File.Exists(Repository.QuickstartDll)
            ? ChildProcess.Start("dotnet", ["exec", Repository.QuickstartDll, .. arguments], ("DOTNET_TieredPGO", "0"), ("NO_COLOR", "1"))
            : throw new FileNotFoundException($"{Repository.QuickstartDll} is missing: build the solution first.");

    /// <summary>Ends with exit code 1 and one readable error, which is returned: no stack trace, nothing else.</summary>
    public static async Task<string> RefusesAsync(params IEnumerable<string> arguments)
    {
        await using var run = Start(arguments);
        var code = await run.ExitAsync();
        return code == 1 && IsReadable(run.Errors)
            ? string.Join('\n', run.Errors)
            : throw run.Failure(string.Create(CultureInfo.InvariantCulture, $"expected exit code 1 and \"error: …\", got code {code}"));
    }

    /// <summary>One error message, perhaps with a list, and no stack trace.</summary>
    public static bool IsReadable(IReadOnlyList<string> errors) =>
        errors.Count > 0 && errors[0].Length > "error: ".Length + 20 && errors[0].StartsWith("error: ", StringComparison.Ordinal)
        && errors.Count(l => l.StartsWith("error: ", StringComparison.Ordinal)) == 1 && !errors.Any(l => l.StartsWith("   at ", StringComparison.Ordinal));

    /// <summary>The snapshot id in a commit's line.</summary>
    public static string SnapshotOf(string commitLine) => commitLine.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2];
}
