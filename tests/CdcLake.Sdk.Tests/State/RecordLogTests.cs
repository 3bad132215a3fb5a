using CdcLake.State.Stores;

namespace CdcLake.Tests.State;

public sealed class RecordLogTests
{
    private const int Record = 1_000;

    [Fact]
    public void Log_of_few_records_takes_little_memory_and_grows_to_segments_of_the_usual_size()
    {
        var log = new RecordLog(0);
        Append(log, 10);
        Assert.Equal(16 << 10, log.AllocatedBytes);
        Append(log, 50);
        Assert.Equal((16 << 10) + (64 << 10), log.AllocatedBytes);
        Append(log, 1_000);
        Assert.Equal((16 << 10) + (64 << 10) + (256 << 10) + RecordLog.SegmentBytes, log.AllocatedBytes);
    }

    [Fact]
    public void Cleared_log_keeps_its_longest_segment_for_what_comes_next()
    {
        var log = new RecordLog(0);
        Append(log, 1_000);
        log.Clear();
        Assert.Equal(RecordLog.SegmentBytes, log.AllocatedBytes);
        var references = Append(log, 1_000);
        Assert.Equal(RecordLog.SegmentBytes, log.AllocatedBytes);
        Assert.All(references, (r, i) => Assert.Equal((byte)i, log[r][0]));
        Assert.Equal(references, Live(log));
    }

    [Fact]
    public void Segment_that_is_read_back_grows_with_what_later_checkpoints_added()
    {
        var log = new RecordLog(0);
        var restored = new RecordLog(0);
        var references = new List<uint>();
        foreach (var more in new[] { 1, 1, 5, 300, 1, 900 })
        {
            references.AddRange(Append(log, more, references.Count));
            foreach (var chunk in log.Appended())
            {
                chunk.CopyTo(restored.LoadChunk(chunk.Segment, chunk.Offset, chunk.Length).Span);
            }

            log.MarkSaved();
        }

        Assert.True(restored.TryFinishLoad());
        Assert.Equal(references, Live(restored));
        Assert.All(references, (r, i) => Assert.Equal((byte)i, restored[r][0]));
        Assert.InRange(restored.AllocatedBytes, restored.UsedBytes, 2 * restored.UsedBytes);
        Append(restored, 1, references.Count);
        Assert.Equal(references.Count + 1, restored.LiveCount);
    }

    private static List<uint> Append(RecordLog log, int count, int from = 0)
    {
        var references = new List<uint>();
        for (var i = 0; i < count; i++)
        {
            references.Add(log.Append(Record));
            log[references[^1]].Fill((byte)(from + i));
        }

        return references;
    }

    private static List<uint> Live(RecordLog log)
    {
        var live = new List<uint>();
        for (var at = log.Next(0); at != 0; at = log.Next(at))
        {
            live.Add(at);
        }

        return live;
    }
}
