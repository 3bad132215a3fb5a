namespace CdcLake.Testing;

/// <summary>What <see cref="PipelineHarness.AssertMatchesBatchAsync"/> has compared targets with, beside the pipeline's own operators over the final tables. Immutable.</summary>
public sealed class BatchComparison
{
    internal BatchComparison(IReadOnlyList<string> byLinq, IReadOnlyDictionary<string, string> notByLinq) => (ByLinq, NotByLinq) = (byLinq, notByLinq);

    /// <summary>Targets that equal the application's own lambdas over the final tables, compiled and run by LINQ to Objects: nothing of the library's translation and operators takes part in that.</summary>
    public IReadOnlyList<string> ByLinq { get; }

    /// <summary>Targets of which LINQ cannot say that, and the operation that it does not have or does otherwise than MySQL: a comparison of texts by collation, a division, a function of SQL.</summary>
    public IReadOnlyDictionary<string, string> NotByLinq { get; }
}
