using CdcLake.IntegrationTests.Pipelines;
using Xunit.Abstractions;

[assembly: TestCollectionOrderer("CdcLake.IntegrationTests.Fixtures.LongestFirst", "CdcLake.Sdk.IntegrationTests")]

namespace CdcLake.IntegrationTests.Fixtures;

/// <summary>The tests that share one pair of servers run one after the other, longer than all others: they begin first, so that the run does not end with them alone.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) => testCollections.OrderByDescending(c => c.DisplayName == ServerPair.Collection);
}
