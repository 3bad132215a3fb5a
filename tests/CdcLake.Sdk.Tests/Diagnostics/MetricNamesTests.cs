using System.Diagnostics.Metrics;
using CdcLake.Diagnostics;
using CdcLake.Tests.Conventions;

namespace CdcLake.Tests.Diagnostics;

/// <summary>Instruments have names and units as OpenTelemetry writes them, and stand in the documentation.</summary>
public sealed class MetricNamesTests
{
    /// <summary>Tags beside that of the pipeline, which all have. <see cref="MetricsTests"/> holds measurements against this table.</summary>
    internal static readonly Dictionary<string, string[]> Tags = new(StringComparer.Ordinal)
    {
        ["cdclake.source.changes"] = ["cdclake.operation"],
        ["cdclake.snapshot.rows"] = ["cdclake.table"],
        ["cdclake.snapshot.chunks"] = ["cdclake.state"],
        ["cdclake.stage.rows"] = ["cdclake.stage", "cdclake.direction"],
        ["cdclake.stage.busy"] = ["cdclake.stage"],
        ["cdclake.stage.backpressure"] = ["cdclake.stage"],
        ["cdclake.channel.depth"] = ["cdclake.channel"],
        ["cdclake.state.keys"] = ["cdclake.stage"],
        ["cdclake.state.size"] = ["cdclake.stage"],
        ["cdclake.state.spilled"] = ["cdclake.stage"],
        ["cdclake.sink.rows"] = ["cdclake.sink", "cdclake.operation"],
        ["cdclake.sink.files"] = ["cdclake.sink"],
        ["cdclake.sink.bytes"] = ["cdclake.sink"],
        ["cdclake.sink.commit.duration"] = ["cdclake.sink"],
        ["cdclake.sink.commit.conflicts"] = ["cdclake.sink"],
        ["cdclake.sink.latency"] = ["cdclake.sink"],
        ["cdclake.sink.freshness"] = ["cdclake.sink"],
        ["cdclake.errors"] = ["error.type", "cdclake.transient"],
    };

    [Fact]
    public void Table_of_instruments_in_the_documentation_is_that_of_the_code() => DocTable.Check(
        "src/CdcLake.Sdk/Diagnostics/README.md", "instruments", ["instrument", "kind", "unit", "tags", "what it measures"],
        Instruments().OrderBy(i => i.Name, StringComparer.Ordinal).Select(i => new[]
        {
            $"`{i.Name}`", Kind(i), $"`{i.Unit}`", string.Join(", ", Tags.GetValueOrDefault(i.Name, []).Select(t => $"`{t}`")), i.Description!,
        }));

    [Fact]
    public void Every_instrument_says_its_unit_and_what_it_measures() =>
        Rule.Holds(Instruments().Where(i => i.Unit is not { Length: > 0 } || i.Description is not { Length: > 0 } || !i.Name.StartsWith("cdclake.", StringComparison.Ordinal)).Select(i => i.Name), "Give unit and description.");

    [Fact]
    public void Tags_are_documented_for_instruments_that_exist() => Assert.Empty(Tags.Keys.Except(Instruments().Select(i => i.Name)));

    private static List<Instrument> Instruments()
    {
        var found = new List<Instrument>();
        using var meter = new Meter("names");
        using var listener = new MeterListener { InstrumentPublished = (i, _) => found.AddRange(i.Meter == meter ? [i] : []) };
        listener.Start();
        _ = (new PipelineCounters(meter), new PipelineGauges(meter, TimeProvider.System));
        Assert.Equal(29, found.Count);
        return found;
    }

    private static string Kind(Instrument instrument) => instrument.GetType().Name.Split('`')[0] switch
    {
        "ObservableGauge" => "gauge",
        var other => other.ToLowerInvariant(),
    };
}
