using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Iceberg;
using CdcLake.MySql.Gtids;
using CdcLake.Planning.Binding;
using CdcLake.Simulation.Scheduling;
using CdcLake.Simulation.Servers;
using CdcLake.Simulation.Shop;
using CdcLake.Testing.Results;

namespace CdcLake.Simulation;

/// <summary>Reads every target as a stranger does, and compares it with the query over the tables as they were at the position that the target names.</summary>
internal sealed class CommitCheck
{
    private readonly ShopModel _model;
    private readonly IReadOnlySet<string> _inFolder;
    private readonly Func<IReadOnlyList<SourceTable>> _describe;
    private readonly Func<IReadOnlyList<SourceTable>, List<Target>> _bind;
    private IReadOnlyList<SourceTable> _tables = [];
    private List<Target> _targets = [];
    private readonly Dictionary<string, int> _shown = new(StringComparer.Ordinal);

    /// <param name="pipeline">Whose targets.</param>
    /// <param name="server">Its tables.</param>
    /// <param name="model">What they held.</param>
    /// <param name="inFolder">Targets in the folder's catalog.</param>
    /// <param name="folder">Reads it.</param>
    /// <param name="rest">Reads the other.</param>
    public CommitCheck(Pipeline pipeline, Server server, ShopModel model, IReadOnlySet<string> inFolder, IcebergCatalog folder, IcebergCatalog rest)
    {
        (_model, _inFolder) = (model, inFolder);
        var definition = pipeline.Definition;
        _describe = () => [.. definition.Plan.Tables.Select(t => server.Database.Table(t).Description)];
        _bind = tables => [.. Planner.Bind(definition.Plan, tables.ToDictionary(t => t.Name, StringComparer.Ordinal)).Sinks.Zip(definition.Sinks).Where(s => s.Second is IcebergSinkTarget).Select(s => (Node: s.First, Target: (IcebergSinkTarget)s.Second)).Select(s => new Target(
            s.Target.Table.Name,
            s.Target.In((IsInFolder(s.Target.Table.Name) ? folder : rest).Commits),
            new SinkOpening(pipeline.Name, s.Node.Schema, s.Node.Key, TimeProvider.System, s.Node.Fingerprint)))];
    }

    /// <summary>Commits that were compared.</summary>
    public int Commits { get; private set; }

    public bool IsInFolder(string target) => _inFolder.Contains(target);

    /// <summary>Compares all targets.</summary>
    /// <returns>Transactions that all of them show.</returns>
    /// <exception cref="SimulationException">One of them is not what it must be.</exception>
    public async Task<int> RunAsync()
    {
        // Columns become wider: what is read in the newest type is equal in any.
        if (_describe() is var tables && !tables.SequenceEqual(_tables, ReferenceEqualityComparer.Instance))
        {
            (_tables, _targets) = (tables, _bind(tables));
        }

        foreach (var target in _targets)
        {
            if (await target.Rows.OpenRowsAsync(target.Opening, CancellationToken.None).ConfigureAwait(false) is { } rows)
            {
                await CompareAsync(target, rows).ConfigureAwait(false);
            }
        }

        var together = _targets.Where(t => !IsInFolder(t.Name)).Select(t => _shown.GetValueOrDefault(t.Name, -1)).Distinct().ToList();
        return together.Count > 1
            ? throw new SimulationException($"Targets that are committed in one act show {string.Join(" and ", together)} transactions.")
            : _targets.Min(ShownBy);
    }

    // A target that later transactions did not touch is not committed for them.
    private int ShownBy(Target target)
    {
        var shown = _shown.GetValueOrDefault(target.Name, -1);
        return shown >= 0 && Compare(Texts(target.Name, _model.Count), Texts(target.Name, shown)) is ([], []) ? _model.Count : shown;
    }

    private List<string> Texts(string target, int count) => [.. _model.Rows(target, count).Select(TextOf)];

    private async Task CompareAsync(Target target, ITargetRows rows)
    {
        var count = Server.CountOf(MySqlPosition.Parse(rows.Position).Executed);
        var before = _shown.GetValueOrDefault(target.Name, -1);
        if (count == before)
        {
            return; // what was committed once stays: a commit of other tables, or of none
        }

        if (count < before || count > _model.Count)
        {
            throw new SimulationException($"{target.Name} went from {before} to {count} transactions, of {_model.Count}.");
        }

        _shown[target.Name] = count;
        Commits++;
        var actual = new List<string>();
        await foreach (var batch in rows.ReadAsync(CancellationToken.None).ConfigureAwait(false))
        {
            using (batch)
            {
                for (var i = 0; i < batch.Count; i++)
                {
                    actual.Add(TextOf(Enumerable.Range(0, batch.Columns.Length).Select(c => CellValue.Of(batch[c], i))));
                }
            }
        }

        var (missing, unexpected) = Compare(Texts(target.Name, count), actual);
        if (missing.Count + unexpected.Count > 0)
        {
            throw new SimulationException($"{target.Name} is not the query after {count} transactions: it lacks {string.Join("; ", missing)} and has {string.Join("; ", unexpected)}.");
        }
    }

    private static (List<string> Missing, List<string> Unexpected) Compare(List<string> expected, List<string> actual) => (RowText.Except(expected, actual), RowText.Except(actual, expected));

    /// <summary>Of a row.</summary>
    public static string TextOf(IEnumerable<object?> cells) => string.Join('|', cells.Select(c => c is decimal number ? number.ToString("0.00######", CultureInfo.InvariantCulture) : Convert.ToString(c, CultureInfo.InvariantCulture)));

    private sealed record Target(string Name, IcebergSinkTarget Rows, SinkOpening Opening);
}
