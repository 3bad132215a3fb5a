using CdcLake.MySql.Gtids;
using CdcLake.Simulation.Scheduling;
using CdcLake.Simulation.Servers;
using CdcLake.Simulation.Servers.StarRocks;
using CdcLake.Simulation.Shop;
using CdcLake.StarRocks.Commits;
using CdcLake.Testing.Results;
using CdcLake.Testing.StarRocks.Model;

namespace CdcLake.Simulation;

/// <summary>Compares tables of StarRocks, whenever what is visible there may have changed, with the query over the tables as they were at the position that the record beside them names.</summary>
/// <param name="server">Has them.</param>
/// <param name="model">What the source held.</param>
/// <param name="targets">Names of the tables.</param>
internal sealed class ClusterCheck(StarRocksServer server, ShopModel model, IReadOnlyList<string> targets)
{
    public const string Database = "demo";
    private readonly Dictionary<string, int> _shown = new(StringComparer.Ordinal);

    /// <summary>Commits that were compared.</summary>
    public int Commits { get; private set; }

    /// <summary>Compares all tables.</summary>
    /// <returns>Transactions that all of them show.</returns>
    /// <exception cref="SimulationException">One of them is not what it must be.</exception>
    public int Run()
    {
        var counts = targets.Select(Compare).ToList();
        var together = counts.Where(c => c >= 0).Distinct().ToList();
        return server.Model.Release.HasSeveralTables && together.Count > 1
            ? throw new SimulationException($"Tables of StarRocks that are committed in one act show {string.Join(" and ", together)} transactions.")
            : targets.Min(ShownBy);
    }

    /// <returns>Transactions that the table shows; -1 while it is being filled.</returns>
    private int Compare(string target)
    {
        if (PositionOf(target) is not { } position)
        {
            return -1;
        }

        var (count, before) = (Server.CountOf(MySqlPosition.Parse(position).Executed), _shown.GetValueOrDefault(target, -1));
        if (count < before || count > model.Count)
        {
            throw new SimulationException($"{target} in StarRocks went from {before} to {count} transactions, of {model.Count}.");
        }

        _shown[target] = count;
        Commits += count > before ? 1 : 0;
        var actual = server.Model.FindTable(Database, target)!.Rows.Select(CommitCheck.TextOf).ToList();
        var expected = Texts(target, count);
        if (RowText.Except(expected, actual) is var missing && RowText.Except(actual, expected) is var unexpected && missing.Count + unexpected.Count > 0)
        {
            throw new SimulationException($"{target} in StarRocks {server.Model.Release.Text} is not the query after {count} transactions: it lacks {string.Join("; ", missing)} and has {string.Join("; ", unexpected)}.");
        }

        return count;
    }

    // Where a commit has been announced, its transaction says whether it has happened.
    private IReadOnlyDictionary<string, string>? PositionOf(string target)
    {
        if (server.Model.FindTable(Database, "cdclake_positions") is not { } positions || positions.Rows.FirstOrDefault(r => r[positions.IndexOf("table_name")] == target) is not { } row)
        {
            return null;
        }

        var isDone = row[positions.IndexOf("pending_label")] is { } label && server.Model.Find(Database, label) is { State: TransactionState.Visible };
        return PositionRow.Read(row[positions.IndexOf(isDone ? "pending_position" : "position")]);
    }

    // One that later transactions did not touch may not be committed for them.
    private int ShownBy(string target)
    {
        var shown = PositionOf(target) is null ? -1 : _shown.GetValueOrDefault(target, -1);
        return shown >= 0 && Texts(target, model.Count).SequenceEqual(Texts(target, shown)) ? model.Count : shown;
    }

    private List<string> Texts(string target, int count) => [.. model.Rows(target, count).Select(CommitCheck.TextOf)];
}
