using System.Text;
using CdcLake.Columnar;
using CdcLake.Iceberg.Index;
using CdcLake.Iceberg.Tables;
using CdcLake.State.Rows;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg;

public sealed class KeyIndexProperties : IDisposable
{
    // Where memory is the subject: one seed in some hundreds crowds numbers that follow each other in a few shards, which then take more.
    private const ulong Usual = 0x9E3779B97F4A7C15;

    private static readonly Schema Numbers = new([new Field("id", DataType.Int64, Nullable: false)]);
    private static readonly Schema Texts = new([new Field("id", DataType.String, Nullable: false)]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 50, true)]
    [InlineData(2, 5_000, true)]
    [InlineData(3, 200_000, true)]
    [InlineData(1, 50, false)]
    [InlineData(2, 5_000, false)]
    [InlineData(3, 200_000, false)]
    [InlineData(4, 50, true, 0)]
    [InlineData(5, 5_000, true, 0)]
    [InlineData(6, 200_000, true, 200_000)]
    [InlineData(7, 200_000, true, 1_000_000)]
    [InlineData(4, 50, false, 0)]
    [InlineData(5, 5_000, false, 0)]
    [InlineData(6, 200_000, false, 200_000)]
    [InlineData(7, 200_000, false, 1_000_000)]
    public void Index_equals_a_dictionary(int seed, int range, bool numbers, long memory = long.MaxValue)
    {
        var random = new Random(seed);
        using var index = KeyIndex.For(numbers ? Numbers : Texts, new KeyIndexSpace(memory, _folder.Path));
        using var keys = new EncodedRows();
        var model = new Dictionary<int, RowLocation>();
        var previous = new RowLocation[1000];
        for (var round = 0; round < 400; round++)
        {
            var ids = Enumerable.Range(0, 1 + random.Next(1000)).Select(_ => random.Next(range)).ToArray();
            Encode(keys, ids, numbers);
            if (random.Next(3) == 0)
            {
                index.Remove(keys, previous);
                Assert.Equal(ids.Select(id => model.Remove(id, out var expected) ? expected : RowLocation.None), previous[..ids.Length]);
                continue;
            }

            var file = random.Next(5);
            uint[] positions = [.. ids.Select(_ => (uint)random.Next())];
            index.Set(keys, [], file, positions, previous);
            for (var i = 0; i < ids.Length; i++)
            {
                Assert.Equal(model.TryGetValue(ids[i], out var expected) ? expected : RowLocation.None, previous[i]);
                model[ids[i]] = new RowLocation(file, positions[i]);
            }

            if (round % 100 == 50)
            {
                CheckAll(index, model, keys, range, numbers);
            }
        }

        CheckAll(index, model, keys, range, numbers);
        index.Clear();
        CheckAll(index, [], keys, range, numbers);
        Assert.Empty(Directory.EnumerateFiles(_folder.Path)); // whatever was spilled goes with the process, however that ends
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Key_costs_24_bytes_at_most_at_every_size(bool numbers)
    {
        using var index = KeyIndex.For(numbers ? Numbers : Texts, new KeyIndexSpace(long.MaxValue, _folder.Path), Usual);
        using var keys = new EncodedRows();
        var previous = new RowLocation[10_000];
        for (var count = 0; count < 2_000_000; count += previous.Length)
        {
            Encode(keys, [.. Enumerable.Range(count, previous.Length)], numbers);
            index.Set(keys, [], 1, new uint[previous.Length], previous);
            Assert.True(index.Count < 500_000 || index.Bytes / (double)index.Count <= 24, $"{index.Bytes / (double)index.Count} bytes a key at {index.Count} keys");
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Index_stays_within_its_memory(bool numbers)
    {
        const long memory = 4 << 20;
        using var index = KeyIndex.For(numbers ? Numbers : Texts, new KeyIndexSpace(memory, _folder.Path), Usual);
        using var keys = new EncodedRows();
        var previous = new RowLocation[10_000];
        for (var count = 0; count < 2_000_000; count += previous.Length)
        {
            Encode(keys, [.. Enumerable.Range(count, previous.Length)], numbers);
            index.Set(keys, [], 1, new uint[previous.Length], previous);
            Assert.DoesNotContain(previous, p => !p.IsNone);
            Assert.InRange(index.Bytes, 0, memory * 7 / 4); // a memory table that has just been found full, beside what is on disk
        }

        Assert.Equal(2_000_000, index.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Indexes_that_share_memory_stay_within_it_together(bool numbers)
    {
        const long memory = 4 << 20;
        var space = new KeyIndexSpace(0, _folder.Path) { Shared = KeyIndexSpace.Together(memory) };
        var indexes = Enumerable.Range(0, 4).Select(_ => KeyIndex.For(numbers ? Numbers : Texts, space, Usual)).ToList();
        using var keys = new EncodedRows();
        var previous = new RowLocation[10_000];
        foreach (var (index, number) in indexes.Select((index, i) => (index, i)))
        {
            var most = 0L;
            for (var count = 0; count < 400_000; count += previous.Length)
            {
                Encode(keys, [.. Enumerable.Range(count, previous.Length)], numbers);
                index.Set(keys, [], 1, new uint[previous.Length], previous);
                Assert.DoesNotContain(previous, p => !p.IsNone);
                most = Math.Max(most, index.Bytes);
                Assert.InRange(indexes.Sum(i => i.Bytes), 0, memory * 5 / 2); // those that were there first give memory back when they next change
            }

            Assert.True(most > memory / (number == 0 ? 2 : 5), $"{most} bytes for index {number}"); // the first one has it all while nobody else wants any
        }

        foreach (var index in indexes)
        {
            Encode(keys, [.. Enumerable.Range(0, previous.Length)], numbers);
            index.Set(keys, [], 2, new uint[previous.Length], previous);
            Assert.DoesNotContain(previous, p => p.File != 1);
            Assert.Equal(400_000, index.Count);
        }

        Assert.InRange(indexes.Sum(i => i.Bytes), 0, memory * 7 / 4);
        indexes.Skip(1).ToList().ForEach(i => i.Dispose());
        Assert.Equal(memory, space.Shared.Enter().Bytes + indexes[0].Bytes);
        indexes[0].Dispose();
    }

    [Fact]
    public void Disk_that_cannot_be_written_to_is_a_typed_error()
    {
        var file = Path.Combine(_folder.Path, "file");
        File.WriteAllText(file, "");
        using var index = KeyIndex.For(Numbers, new KeyIndexSpace(0, Path.Combine(file, "folder")));
        using var keys = new EncodedRows();
        Encode(keys, [1, 2, 3], numbers: true);
        var error = Assert.Throws<ObjectStoreException>(() => index.Set(keys, [], 1, new uint[3], new RowLocation[3]));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4_079)]
    [InlineData(4_080)]
    [InlineData(4_095)]
    public void Block_that_changed_on_disk_is_noticed(int at)
    {
        var block = new byte[RunBlocks<NumberKey>.BlockBytes];
        RunBlocks<NumberKey>.Seal(block, RunBlocks<NumberKey>.SlotsPerBlock);
        Assert.Equal(RunBlocks<NumberKey>.SlotsPerBlock, RunBlocks<NumberKey>.Open(block).Length);
        block[at] ^= 4;
        Assert.True(Assert.Throws<ObjectStoreException>(() => RunBlocks<NumberKey>.Open(block).Length).IsTransient);
    }

    [Fact]
    public void Some_of_the_keys_are_set_at_their_positions()
    {
        using var index = KeyIndex.For(Numbers, KeyIndexSpace.Default);
        using var keys = new EncodedRows();
        Encode(keys, [10, 11, 12, 13], numbers: true);
        var found = new RowLocation[4];
        index.Set(keys, [1, 3], 7, [100, 200], found);
        index.Find(keys, found);
        Assert.Equal([RowLocation.None, new RowLocation(7, 100), RowLocation.None, new RowLocation(7, 200)], found);
    }

    [Fact]
    public void Keys_differ_when_their_bytes_do()
    {
        byte[][] keys = [[], [0], [0, 0], [1], new byte[15], new byte[16], new byte[17], new byte[31], new byte[32], [.. new byte[31], 1], [1, .. new byte[31]]];
        Assert.Equal(keys.Length, keys.Select(k => HashedKey.Of(k, 1)).Distinct().Count());
    }

    [Fact]
    public void Positions_are_given_back_in_order_once()
    {
        var random = new Random(1);
        var set = new PositionSet();
        var model = new SortedSet<long>();
        for (var i = 0; i < 2000; i++)
        {
            var position = random.Next(100_000);
            Assert.Equal(model.Add(position), set.Add(position));
        }

        Assert.Equal(model, set.Positions());
        Assert.Equal(model.Count, set.Count);
        var rows = new int[5000];
        var live = set.SelectLive(50_000, rows.Length, rows);
        Assert.Equal(Enumerable.Range(0, 5000).Where(i => !model.Contains(50_000 + i)), rows[..live]);
    }

    [Theory]
    [InlineData(true, long.MaxValue)]
    [InlineData(false, long.MaxValue)]
    [InlineData(true, 300_000)]
    [InlineData(false, 300_000)]
    public void Written_index_is_read_as_it_was(bool numbers, long memory)
    {
        var space = new KeyIndexSpace(memory, _folder.Path);
        var path = Path.Combine(_folder.Path, "index");
        using var keys = new EncodedRows();
        var model = new Dictionary<int, RowLocation>();
        const ulong seed = Usual;
        using (var index = KeyIndex.For(numbers ? Numbers : Texts, space, seed))
        {
            for (var start = 0; start < 50_000; start += 1000)
            {
                Encode(keys, [.. Enumerable.Range(start, 1000)], numbers);
                index.Set(keys, [], 3, [.. Enumerable.Range(start, 1000).Select(i => (uint)i)], new RowLocation[1000]);
            }

            Encode(keys, [.. Enumerable.Range(700, 900)], numbers);
            index.Remove(keys, new RowLocation[900]);
            index.WriteTo(LocalFile.Create(path, KeyIndex.Content));
            CheckAll(index, Enumerable.Range(0, 50_000).Where(i => i is < 700 or >= 1600).ToDictionary(i => i, i => new RowLocation(3, (uint)i)), keys, 50_000, numbers);
        }

        using var read = KeyIndex.For(numbers ? Numbers : Texts, space, seed);
        using var file = LocalFile.Open(path, KeyIndex.Content);
        var now = new LiveFile(8);
        now.Delete(5_000, 0);
        read.ReadFrom(file, [null, null, null, now]);
        foreach (var i in Enumerable.Range(0, 50_000).Where(i => i is < 700 or >= 1600 and not 5_000))
        {
            model[i] = new RowLocation(8, (uint)i);
        }

        CheckAll(read, model, keys, 50_000, numbers);
        Assert.True(memory < long.MaxValue || read.Bytes <= 32 * read.Count, $"{read.Bytes / (double)read.Count} bytes a key"); // with the room that few keys need for chance
        using var gone = KeyIndex.For(numbers ? Numbers : Texts, space, seed);
        gone.ReadFrom(file, [null, null, null, null]);
        Assert.Equal(0, gone.Count);
    }

    private static void CheckAll(KeyIndex index, Dictionary<int, RowLocation> model, EncodedRows keys, int range, bool numbers)
    {
        Assert.Equal(model.Count, index.Count);
        int[] ids = [.. Enumerable.Range(0, range)];
        var found = new RowLocation[range];
        var present = new bool[range];
        Encode(keys, ids, numbers);
        index.Find(keys, found);
        index.Find(keys, present);
        Assert.Equal(ids.Select(id => model.TryGetValue(id, out var expected) ? expected : RowLocation.None), found);
        Assert.Equal(found.Select(f => !f.IsNone), present);
    }

    /// <summary>Numbers, which are kept, and texts, which are hashed.</summary>
    private static void Encode(EncodedRows into, int[] ids, bool numbers)
    {
        using var batch = new ChangeBatch(numbers ? Numbers : Texts);
        foreach (var id in ids)
        {
            if (numbers)
            {
                batch.Fixed<long>(0).Append(id);
            }
            else
            {
                batch.Bytes(0).Append(Encoding.UTF8.GetBytes(id % 2 == 0 ? $"{id}" : $"a key that is longer than fifteen bytes {id}"));
            }

            batch.AppendWeight(1);
        }

        new RowCodec(batch.Schema, [0]).Encode(batch, into);
    }
}
