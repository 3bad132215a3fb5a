using System.Text;
using CdcLake.Connectors;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Streams;

namespace CdcLake.Planning.Logical;

/// <summary>The frozen graph of a pipeline, translated and checked as far as possible without the source.</summary>
internal sealed class LogicalPlan
{
    private LogicalPlan(object source, IReadOnlyList<LogicalSink> sinks, IReadOnlyList<string> tables)
    {
        Source = source;
        Sinks = sinks;
        Tables = tables;
    }

    /// <summary>What all tables belong to.</summary>
    public object Source { get; }

    /// <summary>In the order of the <c>To…</c> calls.</summary>
    public IReadOnlyList<LogicalSink> Sinks { get; }

    /// <summary>Qualified names of the captured tables, each once, in the order they are met.</summary>
    public IReadOnlyList<string> Tables { get; }

    /// <summary>Freezes the graph and translates it.</summary>
    /// <exception cref="UnsupportedExpressionException">A lambda is outside the subset.</exception>
    /// <exception cref="InvalidOperationException">There is no sink, or tables of two sources are mixed.</exception>
    public static LogicalPlan Create(StreamGraph graph)
    {
        if (graph.Sinks.Count == 0)
        {
            throw new InvalidOperationException("The pipeline has no sink, so it would do nothing. Add one before Build: .ToIceberg(catalog.Table(\"…\"), key: r => r.Id).");
        }

        var translator = new StreamTranslator();
        var sinks = graph.Sinks.Select(translator.Translate).ToList();
        graph.Freeze();
        var tables = LogicalOrder.InputsFirst(sinks).OfType<LogicalTable>().Select(t => t.Table).Distinct(StringComparer.Ordinal).ToList();
        return new LogicalPlan(translator.Source, sinks, tables);
    }

    /// <summary>Gives the plan the types of the real tables.</summary>
    /// <param name="tables">By qualified name; has every one of <see cref="Tables"/>.</param>
    /// <exception cref="SchemaMismatchException">Row types and tables do not agree, or a key is not fit for one.</exception>
    /// <exception cref="UnsupportedTypeException">A column that is read cannot be captured.</exception>
    public BoundPlan Bind(IReadOnlyDictionary<string, SourceTable> tables) => Planner.Bind(this, tables);

    /// <summary>The plan as far as it is known without the source.</summary>
    public string Explain()
    {
        var text = new StringBuilder();
        var seen = new HashSet<LogicalNode>(ReferenceEqualityComparer.Instance);
        foreach (var sink in Sinks)
        {
            text.Append(sink.Name).Append("  key: ").AppendLine(sink.Key is null ? "natural" : string.Join(", ", sink.Key.Select(k => k.Name)));
            LogicalPrinter.Write(text, sink.Input, 1, seen);
        }

        return text.ToString();
    }
}
