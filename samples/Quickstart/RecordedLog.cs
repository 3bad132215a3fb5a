using CdcLake;

namespace Quickstart;

/// <summary>The log that comes with the sample, and MySQL's own answer to the query at its end (see binlog/PROVENANCE.md).</summary>
internal sealed class RecordedLog
{
    private readonly string[] _expected;
    private readonly string _gtid;

    private RecordedLog(IReadOnlyList<string> files, string[] expected, string gtid)
    {
        Files = files;
        _expected = expected;
        _gtid = gtid;
    }

    public IReadOnlyList<string> Files { get; }

    public static RecordedLog Open()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "binlog");
        return new RecordedLog(
            [.. Directory.GetFiles(folder, "binlog.??????").Order(StringComparer.Ordinal)],
            File.ReadAllLines(Path.Combine(folder, "expected.tsv"))[1..],
            string.Concat(File.ReadAllText(Path.Combine(folder, "expected.gtid")).Split('\n', '\r', ' ')));
    }

    /// <summary>Compares every row and column with what MySQL answered at the same GTID set, and says so.</summary>
    public bool Check(ResultTable result, PipelineStatus status)
    {
        var at = status.Sinks[0].Position ?? "";
        var actual = result.Lines().ToArray();
        var wrong = Enumerable.Range(0, Math.Max(actual.Length, _expected.Length))
            .Where(i => i >= actual.Length || i >= _expected.Length || actual[i] != _expected[i])
            .ToArray();
        if (wrong.Length == 0 && at.StartsWith(_gtid, StringComparison.Ordinal))
        {
            Console.WriteLine($"check      all {actual.Length} rows equal MySQL's answer at GTID set {_gtid}");
            return true;
        }

        Console.WriteLine($"check      FAILED at {at}, expected GTID set {_gtid}: {wrong.Length} rows differ from MySQL's answer");
        foreach (var i in wrong.Take(5))
        {
            Console.WriteLine($"           expected {_expected.ElementAtOrDefault(i) ?? "no row"}");
            Console.WriteLine($"           found    {actual.ElementAtOrDefault(i) ?? "no row"}");
        }

        return false;
    }
}
