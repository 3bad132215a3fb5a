namespace CdcLake.Simulation.Scheduling;

/// <summary>How often things go wrong.</summary>
/// <param name="Trouble">Of a decision: something happens to a process.</param>
/// <param name="Work">Of a decision: the application writes.</param>
/// <param name="Refuse">Of a request: it is refused.</param>
/// <param name="Lose">Of a request that writes: its answer is lost.</param>
/// <param name="Delay">Of a request: it is held up.</param>
internal sealed record FaultRates(double Trouble, double Work, double Refuse, double Lose, double Delay)
{
    /// <summary>Rates as a seed has them: some runs are rough, some nearly calm.</summary>
    public static FaultRates Of(Random random)
    {
        var roughness = random.NextDouble();
        return new FaultRates(0.05 * roughness, 0.02 + (0.2 * random.NextDouble()), 0.08 * roughness, 0.08 * roughness, 0.08 * roughness);
    }
}
