using System.Globalization;
using System.Text.Json;

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>Iceberg's own Java implementation behind HTTP: an independent reader, and a checker of everything in a table.</summary>
internal static class IcebergJava
{
    /// <summary>Environment variable with the URL of the service; see <c>tests/lab/iceberg-java.sh</c>.</summary>
    public const string Variable = "CDCLAKE_TEST_ICEBERG_JAVA";

    // Java's server closes connections that were idle for 30 s: one is not used again when that may be about to happen.
    private static readonly HttpClient Client = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) }) { Timeout = TimeSpan.FromMinutes(3) };

    /// <summary>Runs one command.</summary>
    /// <returns>Its exit code and what it printed.</returns>
    public static async Task<(int Exit, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var content = new StringContent(JsonSerializer.Serialize(arguments), System.Text.Encoding.UTF8, "application/json");
        using var response = await Client.PostAsync(TestServers.Get(Variable), content);
        using var answer = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        var root = answer.RootElement;
        return (root.GetProperty("exit").GetInt32(), root.GetProperty("out").GetString() ?? "", root.GetProperty("err").GetString() ?? "");
    }

    /// <summary>Runs a command that has to succeed; see tests/lab/README.md.</summary>
    public static async Task DoAsync(params string[] arguments)
    {
        var (exit, output, error) = await RunAsync(arguments);
        Assert.True(exit == 0, $"Iceberg Java, {string.Join(' ', arguments)}: {output}{error}");
    }

    /// <summary>Fails with the findings of the strict check of every snapshot, file and value.</summary>
    /// <param name="table">Path of the table, or its name and the options that name the catalog and the store.</param>
    public static Task VerifyAsync(params string[] table) => CheckAsync(["verify", .. table, "--all", "--keys", "identifier", "--no-notes"]);

    /// <summary>As <see cref="VerifyAsync"/>, the current snapshot only.</summary>
    public static Task VerifyNewestAsync(string tableFolder) => CheckAsync("verify", tableFolder, "--keys", "identifier", "--no-notes");

    /// <summary>As <see cref="VerifyAsync"/>, and finds no file that no snapshot knows, and nothing that Java itself would write otherwise.</summary>
    /// <param name="tableFolder">Path of the table.</param>
    /// <param name="allowedNotes">Beginnings of notes that are known and right.</param>
    public static async Task VerifyStrictlyAsync(string tableFolder, params string[] allowedNotes)
    {
        var output = await CheckAsync("verify", tableFolder, "--all", "--keys", "identifier", "--orphans");
        var notes = output.Split('\n').Where(l => l.StartsWith("NOTE", StringComparison.Ordinal) && !IsAboutLineage(l) && !allowedNotes.Any(a => l.Contains(a, StringComparison.Ordinal)));
        Assert.True(!notes.Any(), string.Join('\n', notes));
    }

    private static async Task<string> CheckAsync(params string[] arguments)
    {
        var (exit, output, error) = await RunAsync(arguments);
        var errors = output.Split('\n').Where(l => l.StartsWith("ERROR", StringComparison.Ordinal)).ToList();
        Assert.True(exit == (errors.Count > 0 ? 1 : 0), $"{string.Join(' ', arguments)}: exit {exit}\n{output}\n{error}");
        errors.RemoveAll(IsAboutLineage);
        Assert.True(errors.Count == 0, string.Join('\n', errors));
        return output;
    }

    /// <summary>
    /// The check reads the columns of row ids without what they inherit, as nulls, in files of Java too, and then objects to their statistics. What they hold is compared with what Java
    /// makes of them (<c>rows --columns _row_id</c>).
    /// </summary>
    private static bool IsAboutLineage(string finding) =>
        finding.Contains(" of _row_id", StringComparison.Ordinal) || finding.Contains(" of _last_updated_sequence_number", StringComparison.Ordinal);

    /// <summary>The rows of a snapshot, one JSON object a line, sorted.</summary>
    public static Task<string[]> LinesAsync(string tableFolder, long snapshotId) =>
        LinesAsync("rows", tableFolder, "--sort", "--snapshot", snapshotId.ToString(CultureInfo.InvariantCulture));

    /// <summary>The rows of a table, one JSON object a line, sorted.</summary>
    /// <param name="table">Its folder, or its name and the options that name the catalog.</param>
    public static Task<string[]> SortedRowsAsync(params string[] table) => LinesAsync(["rows", .. table, "--sort"]);

    /// <summary>The rows of a snapshot as JSON objects, in no particular order.</summary>
    public static async Task<IReadOnlyList<JsonElement>> RowsAsync(string tableFolder, long snapshotId) =>
    [
        .. (await LinesAsync("rows", tableFolder, "--snapshot", snapshotId.ToString(CultureInfo.InvariantCulture))).Select(l => JsonDocument.Parse(l).RootElement),
    ];

    private static async Task<string[]> LinesAsync(params string[] arguments)
    {
        var (exit, output, error) = await RunAsync(arguments);
        Assert.True(exit == 0, $"Iceberg Java, {string.Join(' ', arguments)}: exit {exit}\n{error}");
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
