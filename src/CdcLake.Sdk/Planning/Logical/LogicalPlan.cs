using CdcLake.Connectors;

namespace CdcLake.Planning.Logical;

/// <summary>The frozen graph of a pipeline, checked as far as possible without the source.</summary>
internal sealed class LogicalPlan
{
    private LogicalPlan(ISourceTarget source, IReadOnlyList<LogicalSink> sinks, IReadOnlyList<string> tables)
    {
        Source = source;
        Sinks = sinks;
        Tables = tables;
    }

    /// <summary>The database whose tables are replicated; <see cref="Sinks"/> are those of the tables that are known. Null for all other plans.</summary>
    public LogicalDatabase? Database { get; private init; }

    /// <summary>What all tables belong to.</summary>
    public ISourceTarget Source { get; }

    /// <summary>In the order of the <c>To…</c> calls.</summary>
    public IReadOnlyList<LogicalSink> Sinks { get; }

    /// <summary>Qualified names of the captured tables, each once, in the order they are met.</summary>
    public IReadOnlyList<string> Tables { get; }

    /// <summary>Freezes the graph.</summary>
    /// <exception cref="InvalidOperationException">There is no sink, or tables of two sources are mixed.</exception>
    /// <exception cref="SchemaMismatchException">A sink's key cannot be unique.</exception>
    public static LogicalPlan Create(StreamGraph graph)
    {
        if (graph.Sinks.Count == 0)
        {
            throw new InvalidOperationException("The pipeline has no sink, so it would do nothing. Add one before Build: .ToIceberg(catalog.Table(\"…\"), key: r => r.Id).");
        }

        var tables = LogicalOrder.InputsFirst(graph.Sinks).OfType<LogicalTable>().ToList();
        var source = tables[0].Source;
        if (tables.Find(t => t.Source != source) is { } foreign)
        {
            throw new InvalidOperationException(
                $"{foreign.Table} belongs to another MySqlSource object than the other tables of this pipeline. Tables share one order of changes only through one MySqlSource: "
                + "create it once and take all tables from it.");
        }

        foreach (var sink in graph.Sinks)
        {
            KeyProof.Require(sink);
        }

        graph.Freeze();
        return new LogicalPlan(source, graph.Sinks, [.. tables.Select(t => t.Table).Distinct(StringComparer.Ordinal)]);
    }

    /// <summary>The same tables and targets, computed by other operators.</summary>
    public LogicalPlan With(IReadOnlyList<LogicalSink> sinks) => new(Source, sinks, Tables) { Database = Database };

    /// <summary>The plan of a database before its tables are known.</summary>
    /// <exception cref="InvalidOperationException">There is no sink.</exception>
    public static LogicalPlan Create(LogicalDatabase database) => database.Replicas.Count > 0
        ? new LogicalPlan(database.Source, [], []) { Database = database }
        : throw new InvalidOperationException("The pipeline has no sink, so it would do nothing. Add one before Build: .ToIceberg(catalog.Namespace(\"…\")).");

    /// <summary>The plan for tables of its database, in their order; any other plan as it is.</summary>
    /// <exception cref="SchemaMismatchException">A table cannot be replicated.</exception>
    public LogicalPlan Of(IEnumerable<SourceTable> all)
    {
        if (Database is not { } database)
        {
            return this;
        }

        var tables = all.Where(t => !t.IsOnlyReferredTo).ToList();
        database.Require(tables);
        return new LogicalPlan(Source, [.. tables.SelectMany(database.SinksOf)], [.. tables.Select(t => t.Name)]) { Database = database };
    }

    /// <summary>The plan as far as it is known without the source.</summary>
    public PlanDescription Describe() => LogicalDescription.Of(this);

    /// <summary>The same as text.</summary>
    public string Explain() => Describe().ToString();
}
