using CdcLake.State.Stores;

namespace CdcLake.Tests.State;

public sealed class LargeStateTests
{
    [Fact]
    public void Records_beyond_two_gigabytes_are_found()
    {
        // 40 records of 64 MiB that nobody touches but at both ends: addresses reach far, memory stays uncommitted.
        const int length = 64 << 20;
        var log = new RecordLog(0);
        var references = new List<uint>();
        for (var i = 0; i < 40; i++)
        {
            references.Add(log.Append(length));
            log[references[^1]][0] = (byte)i;
            log[references[^1]][^1] = (byte)(i + 100);
        }

        Assert.True(log.UsedBytes > 2L << 30);
        Assert.Equal(references, references.Order());
        for (var i = 0; i < 40; i++)
        {
            var record = log[references[i]];
            Assert.Equal((length, i, i + 100), (record.Length, record[0], record[^1]));
        }

        var walked = new List<uint>();
        for (var at = log.Next(0); at != 0; at = log.Next(at))
        {
            walked.Add(at);
        }

        Assert.Equal(references, walked);
    }

    [Fact]
    public void Records_of_all_sizes_around_a_segment_keep_their_bytes()
    {
        var log = new RecordLog(0);
        var sizes = new[] { 0, 1, 11, 12, 13, RecordLog.SegmentBytes - 36, RecordLog.SegmentBytes - 20, RecordLog.SegmentBytes - 4, RecordLog.SegmentBytes, RecordLog.SegmentBytes + 1, 3 };
        var references = sizes.Select((size, i) =>
        {
            var reference = log.Append(size);
            log[reference].Fill((byte)(i + 1));
            return reference;
        }).ToArray();
        for (var i = 0; i < sizes.Length; i++)
        {
            Assert.Equal(sizes[i], log[references[i]].Length);
            Assert.Equal(-1, log[references[i]].IndexOfAnyExcept((byte)(i + 1)));
        }
    }

    [Theory]
    [InlineData(1 << 30)]
    [InlineData(0)]
    public void Index_keeps_every_reference_through_growth_and_removal(uint doublesTo)
    {
        var random = new Random(1);
        var index = new RefIndex(doublesTo);
        var model = new Dictionary<uint, uint>();
        for (var reference = 1u; reference < 30_000; reference++)
        {
            // Hashes in few buckets, so that runs are long and shifting back has work to do; one run goes on at the beginning.
            var hash = random.Next(50) == 0 ? uint.MaxValue : (uint)random.Next(1 << 12) << 20;
            index.Insert(hash, reference);
            model.Add(reference, hash);
            if (random.Next(3) == 0)
            {
                var gone = (uint)random.Next(1, (int)reference + 1);
                if (model.Remove(gone, out var of))
                {
                    index.Remove(of, gone);
                }
            }
        }

        Assert.Equal(model.Count, index.Count);
        foreach (var (reference, hash) in model.Take(2_000))
        {
            Assert.Contains(reference, Found(index, hash));
        }
    }

    private static List<uint> Found(RefIndex index, uint hash)
    {
        var found = new List<uint>();
        for (var at = index.Home(hash); index.Find(hash, ref at) is var reference and not 0;)
        {
            found.Add(reference);
        }

        return found;
    }
}
