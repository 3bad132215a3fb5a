namespace CdcLake.Testing;

/// <summary>A target of a <see cref="PipelineHarness"/> has other rows than it should have.</summary>
public sealed class RowMismatchException : Exception
{
    private const int Shown = 10;

    internal RowMismatchException(int seed, string sink, string expectation, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected)
        : base(PipelineHarnessException.WithSeed($"{sink} is not {expectation}.{Lines("missing", missing)}{Lines("unexpected", unexpected)}{Environment.NewLine}", seed))
    {
        (Seed, Sink, Missing, Unexpected) = (seed, sink, missing, unexpected);
    }

    /// <summary>With <see cref="PipelineHarnessOptions.Seed"/> set to it the same happens again.</summary>
    public int Seed { get; }

    /// <summary>Kind and target: <c>iceberg(demo.sales_by_product)</c>.</summary>
    public string Sink { get; }

    /// <summary>Rows that should be there, as text; a row as often as it is missing.</summary>
    public IReadOnlyList<string> Missing { get; }

    /// <summary>Rows that should not be there, as text.</summary>
    public IReadOnlyList<string> Unexpected { get; }

    private static string Lines(string what, IReadOnlyList<string> rows) =>
        string.Concat(rows.Take(Shown).Select(r => $"{Environment.NewLine}  {what}: {r}")) + (rows.Count > Shown ? $"{Environment.NewLine}  and {rows.Count - Shown} more" : "");
}
