using CdcLake.Runtime;

namespace CdcLake.Tests.Runtime;

public sealed class CommitCoordinatorTests
{
    // Sinks that were killed between two commits, and no checkpoint: all rows are read anew, and the commit that brings the two together waits for them.
    [Fact]
    public async Task Nothing_is_put_into_the_stream_before_its_first_epoch()
    {
        var options = new PipelineOptions();
        var cluster = new MemoryCluster("memory");
        var sinks = new RunSinks();
        sinks.Add(new RunSink(0, new MemoryTarget("a", cluster).CreateSink(), null!, new TestPosition(3)));
        sinks.Add(new RunSink(1, new MemoryTarget("b", cluster).CreateSink(), null!, new TestPosition(5)));
        var commits = new CommitCoordinator(new CommitPublisher(options, null!, null!), sinks, replaces: true, null, options, storesWhatChanged: false, CancellationToken.None);
        var injected = 0;
        var run = commits.RunAsync(() =>
        {
            if (++injected == 100)
            {
                commits.Complete();
            }

            return Task.CompletedTask;
        });
        commits.Complete();
        await run;
        Assert.Equal(0, injected);
    }
}
