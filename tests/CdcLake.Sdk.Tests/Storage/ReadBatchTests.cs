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
            var batch = ReadBatch.Rent(alone);
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

            batch.GiveBack();
        }

        Assert.Equal(OperatingSystem.IsLinux(), given > 0);
        files.ForEach(f => f.Dispose());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Read_beyond_the_end_gives_nothing_and_leaves_the_others(bool alone)
    {
        byte[] content = [.. Enumerable.Range(0, 200).Select(i => (byte)i)];
        using var file = FileOf(content);
        var batch = ReadBatch.Rent(alone);
        batch.Add(file, 0, 10);
        batch.Add(file, 195, 10);
        batch.Add(file, 100, 3);
        batch.Run();
        Assert.Equal(OperatingSystem.IsLinux() ? content[..10] : [], batch[0].ToArray());
        Assert.True(batch[1].IsEmpty);
        Assert.Equal(OperatingSystem.IsLinux() ? content[100..103] : [], batch[2].ToArray());
        batch.GiveBack();
    }

    private LocalFile FileOf(byte[] content)
    {
        var file = LocalFile.CreateTemporary(_folder.Path, "bytes of a test");
        file.Write(content, 0);
        return file;
    }
}
