using System.Globalization;
using CdcLake.MySql.Binlog;
using CdcLake.MySql.Gtids;

namespace CdcLake.IntegrationTests.Pipelines;

/// <summary>MySQL's answer after each transaction of the sample's recorded log (Fixtures/quickstart-answers.tsv).</summary>
internal sealed class RecordedAnswers
{
    private readonly Dictionary<long, (int Rows, string Hash)> _answers = File.ReadLines(Path.Combine(Repository.Fixtures, "quickstart-answers.tsv"))
        .Select(l => l.Split('\t'))
        .ToDictionary(v => long.Parse(v[0], CultureInfo.InvariantCulture), v => (int.Parse(v[1], CultureInfo.InvariantCulture), v[2]));

    /// <summary>Position of the log's last transaction.</summary>
    public GtidSet End { get; } = GtidSet.Parse(File.ReadAllText(Path.Combine(Repository.RecordedLog, "expected.gtid")).Trim());

    /// <summary>Null when the lines are what MySQL said at that GTID set.</summary>
    public string? Difference(string gtid, IReadOnlyList<string> lines)
    {
        var set = GtidSet.Parse(gtid);
        var number = (long)set.Count;
        if (!End.Covers(set) || !set.Equals(GtidSet.Parse($"{End.ToString().Split(':')[0]}:1-{number}")))
        {
            return $"{gtid} is no state the recorded server went through";
        }

        var (rows, hash) = _answers[number];
        return lines.Count == rows && Answer.Hash(lines) == hash
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"at {gtid} MySQL had {rows} rows with hash {hash}, the table has {lines.Count} with {Answer.Hash(lines)}");
    }
}
