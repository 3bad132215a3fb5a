using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace CdcLake.Diagnostics;

/// <summary>The instruments of one meter: that of a container's factory, or the process's own. Made once for each.</summary>
internal sealed class Instruments
{
    private static readonly ConditionalWeakTable<Meter, Instruments> Known = [];
    private static readonly Meter Own = new(CdcLakeTelemetry.MeterName, CdcLakeTelemetry.Version);

    private Instruments(Meter meter) => (Counters, Gauges) = (new PipelineCounters(meter), new PipelineGauges(meter, TimeProvider.System));

    public PipelineCounters Counters { get; }

    public PipelineGauges Gauges { get; }

    /// <param name="factory">The container's; null for the process's own meter.</param>
    public static Instruments Of(IMeterFactory? factory)
    {
        var meter = factory?.Create(new MeterOptions(CdcLakeTelemetry.MeterName) { Version = CdcLakeTelemetry.Version }) ?? Own;
        lock (Known) // two sets on one meter would count everything twice
        {
            return Known.GetValue(meter, m => new Instruments(m));
        }
    }
}
