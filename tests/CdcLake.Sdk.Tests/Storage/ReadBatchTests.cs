using CdcLake.Storage;

namespace CdcLake.Tests.Storage;

public sealed class ReadBatchTests : IDisposable
{
    private readonly TemporaryFolder _folder = new(); // a file system in memory does not tell what is in the cache

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_of_several_files_give_their_bytes(bool alone)
    {
        var random = new Random(3);
        var contents = Enumerable.Range(0, 3).Select(_ => new byte[100_000]).ToArray();
        Array.ForEach(contents, random.NextBytes);
        var files = contents.Select(c => FileOf(c)).ToList();
        var given = 0;
        for (var round = 0; round < 50; round++)
        {
            using var batch = ReadBatch.Rent(alone);
            var reads = Enumerable.Range(0, round % 5 == 0 ? ReadBatch.Most : random.Next(ReadBatch.Most)).Select(_ => (File: random.Next(3), Offset: random.Next(98_000), Length: 1 + random.Next(ReadBatch.LongestRead))).ToList();
            reads.ForEach(r => batch.Add(files[r.File], r.Offset, r.Length));
            Assert.Equal(reads.Count == ReadBatch.Most, batch.IsFull);
            batch.Run();
            for (var i = 0; i < reads.Count; i++)
            {
                // Nothing is right too: the disk may have to be waited for.
                Assert.True(batch[i].IsEmpty || batch[i].SequenceEqual(contents[reads[i].File].AsSpan(reads[i].Offset, reads[i].Length)));
                given += batch[i].IsEmpty ? 0 : 1;
            }
        }

        Assert.Equal(OperatingSystem.IsLinux(), given > 0);

        files.ForEach(f => f.Dispose());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_beyond_the_end_gives_nothing_and_leaves_the_others(bool alone)
    {
        using var file = FileOf([.. Enumerable.Range(0, 200).Select(i => (byte)i)]);
        using var batch = ReadBatch.Rent(alone);
        batch.Add(file, 0, 10);
        batch.Add(file, 195, 10);
        batch.Add(file, 100, 3);
        batch.Run();
        Assert.Equal(OperatingSystem.IsLinux() ? [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] : [], batch[0].ToArray());
        Assert.True(batch[1].IsEmpty);
        Assert.Equal(OperatingSystem.IsLinux() ? [100, 101, 102] : [], batch[2].ToArray());
    }

    private LocalFile FileOf(byte[] content)
    {
        var file = LocalFile.CreateTemporary(_folder.Path, "bytes of a test");
        file.Write(content, 0);
        return file;
    }
}
