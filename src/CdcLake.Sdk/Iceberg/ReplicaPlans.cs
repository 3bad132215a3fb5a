using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <summary>Which plans write the rows of a table as they are, by the hashes that targets keep.</summary>
internal static class ReplicaPlans
{
    /// <param name="target">Where they are written to.</param>
    /// <param name="table">The table.</param>
    /// <param name="columns">Those of its columns that are written, in their order there.</param>
    /// <param name="key">Those by which rows are replaced; used where the table itself has no key among the columns.</param>
    /// <param name="sources">The tables that it refers to, directly and through others, by qualified name.</param>
    public static IReadOnlySet<string> Of(
        IcebergTable target, SourceTable table, IReadOnlyList<string> columns, IReadOnlyList<string> key, IReadOnlyDictionary<string, SourceTable> sources)
    {
        if (table.ForeignKeys.Count == 0)
        {
            return Of(target, [Narrow(table, columns, key)], table.Name) is { } plan ? new HashSet<string> { plan } : [];
        }

        // What foreign keys do to its rows is part of the plan, and so are the columns that it reads of other tables for that: in a whole database all of them.
        return columns.SequenceEqual(table.Schema.Fields.Select(f => f.Name))
            ? new[] { Of(target, [table], table.Name, sources), Of(target, sources.Values, table.Name, sources) }.OfType<string>().ToHashSet()
            : [];
    }

    private static string? Of(IcebergTable target, IEnumerable<SourceTable> read, string table, IReadOnlyDictionary<string, SourceTable>? sources = null)
    {
        var all = read.ToDictionary(t => t.Name, StringComparer.Ordinal);
        if (all.Values.Any(t => t.PrimaryKey.Count == 0))
        {
            return null;
        }

        var graph = new StreamGraph();
        var (source, sink) = (new NoSource(), target.Target(new IcebergSinkOptions().Freeze()));
        foreach (var name in all.Keys)
        {
            graph.Add(new LogicalSink(new LogicalTable(source, name, null), name == table ? $"iceberg({target.Name})" : name, sink, null, null));
        }

        var plan = Planner.Bind(LogicalPlan.Create(graph), sources ?? all);
        return plan.Sinks[all.Keys.ToList().IndexOf(table)].Fingerprint;
    }

    /// <summary>The table as if it had these columns only.</summary>
    private static SourceTable Narrow(SourceTable table, IReadOnlyList<string> columns, IReadOnlyList<string> key)
    {
        List<int> ordinals = [.. columns.Select(c => table.Schema.IndexOf(c))];
        var own = table.PrimaryKey.Select(k => ordinals.IndexOf(k)).ToList();
        return new SourceTable(
            table.Name,
            new Schema(ordinals.Select(o => table.Schema[o])),
            [.. ordinals.Select(o => table.NativeTypes[o])],
            own.Count == 0 || own.Contains(-1) ? [.. key.Select(k => columns.ToList().IndexOf(k))] : own,
            new Dictionary<int, string>());
    }

    /// <summary>Of plans that are never run.</summary>
    private sealed class NoSource : ISourceTarget
    {
        public ISource CreateSource(string pipeline, TimeProvider clock) => throw new NotSupportedException("The plan is only compared with another one.");
    }
}
