using CdcLake.Tests.Checkpoints;
using CdcLake.Tests.Runtime;

namespace CdcLake.Tests.Views;

/// <summary>Random changes, restarts inside the process and new processes: what a view shows, and what its followers make of its changes, is what a model says.</summary>
public sealed class ViewProperties
{
    private const int Processes = 4;
    private const int EpochsOfEach = 40;

    public static TheoryData<int> Seeds => [1, 2, 3, 4, 5];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Views_and_their_followers_stay_with_the_model(int seed)
    {
        var random = new Random(seed);
        var (files, model) = (new MemoryStore(), new SortedDictionary<int, long>());
        List<ScriptedEpoch> epochs = [];
        for (var process = 0; process < Processes; process++)
        {
            epochs.AddRange(Enumerable.Range(0, EpochsOfEach).Select(_ => RandomEpochs.Next(random, model)));
            epochs.Add(ScriptedEpoch.Insert(1_000 + process, model[1_000 + process] = process)); // the end is a change
            var view = ScriptedView.New(feedRows: 1 + random.Next(50));
            var failures = random.Next(3);
            var source = new ScriptedSource(epochs, fault: step =>
            {
                if (step.StartsWith("stream", StringComparison.Ordinal) && failures > 0 && random.Next(20) == 0)
                {
                    failures--;
                    throw new ObjectStoreException("away") { IsTransient = true };
                }
            });
            var follower = FollowAsync(view, epochs.Count);
            await using var pipeline = ScriptedPipeline.Replica(source, [view.Target()], o => o.CheckpointInterval = TimeSpan.FromMilliseconds(random.Next(20)), files);
            await pipeline.RunAsync();
            Assert.Equal(model, view.Current.ToDictionary(i => i.Id, i => i.Qty));
            Assert.Equal(model, await follower);
        }
    }

    // The state that a follower keeps: each change has to fit it, and it never goes back.
    private static async Task<SortedDictionary<int, long>> FollowAsync(View<int, ScriptedPipeline.Item> view, int end)
    {
        var (state, at) = (new SortedDictionary<int, long>(), 0);
        await foreach (var epoch in view.ChangesAsync())
        {
            var position = epoch.Snapshot.Position is { } text ? int.Parse(TestPosition.Short(text), System.Globalization.CultureInfo.InvariantCulture) : 0;
            Assert.True(position >= at, $"from {at} to {position}");
            at = position;
            if (epoch.IsComplete)
            {
                state.Clear();
            }

            foreach (var (kind, key, before, after) in epoch.Changes)
            {
                Assert.Equal(kind != ChangeKind.Added, state.Remove(key, out var had));
                Assert.True(before is null || (before.Id, before.Qty) == (key, had), $"{key}: {before} instead of {had}");
                if (after is not null)
                {
                    state[key] = after.Qty;
                }
            }

            Assert.Equal(state, epoch.Snapshot.ToDictionary(i => i.Id, i => i.Qty));
            if (at == end)
            {
                break;
            }
        }

        return state;
    }
}
