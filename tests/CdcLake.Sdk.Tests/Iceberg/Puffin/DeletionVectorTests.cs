using CdcLake.Compression;
using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Puffin;
using CdcLake.Iceberg.Tables;
using CdcLake.Storage;

namespace CdcLake.Tests.Iceberg.Puffin;

public sealed class DeletionVectorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LocalObjectStore _store;
    private readonly FileIO _files;

    public DeletionVectorTests()
    {
        _store = new LocalObjectStore(_folder.Path, TimeProvider.System);
        _files = FileIO.Over(_store, TimeProvider.System);
    }

    public void Dispose() => _folder.Dispose();

    [Theory] // byte for byte what Iceberg Java writes
    [InlineData("00000026d1d33964010000000000000000000000" + "3a300000010000000000020010000000" + "00006400c8004967e825", new long[] { 0, 100, 200 })]
    [InlineData("00000024d1d33964010000000000000000000000" + "3a300000010000000000010010000000" + "6400c8004cc29e1d", new long[] { 100, 200 })]
    public void Vector_is_that_of_Java(string hex, long[] positions)
    {
        Assert.Equal(hex, Convert.ToHexString(DeletionVector.Write(Set(positions))).ToLowerInvariant());
        Assert.Equal(positions, DeletionVector.Read(Convert.FromHexString(hex), 201).Positions());
    }

    [Fact]
    public void Row_beyond_the_file_is_refused()
    {
        var error = Assert.Throws<CorruptDataException>(() => DeletionVector.Read(DeletionVector.Write(Set(0, 200)), 200));
        Assert.Contains("position 200 of 200 rows", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_changed_byte_and_every_cut_is_refused()
    {
        var blob = DeletionVector.Write(Set(3, 4, 5, 70_000));
        for (var i = 0; i < blob.Length; i++)
        {
            var changed = blob.ToArray();
            changed[i] ^= 0x10;
            Assert.Throws<CorruptDataException>(() => DeletionVector.Read(changed, 100_000));
            Assert.Throws<CorruptDataException>(() => DeletionVector.Read(blob.AsSpan(0, i), 100_000));
        }
    }

    [Fact]
    public async Task File_of_several_vectors_is_read_by_footer_and_by_manifest_entry()
    {
        var (path, blobs, length) = await WriteAsync(("file:///a.parquet", Set(1, 2)), ("file:///b.parquet", Set(7)));
        var footer = await PuffinReader.ReadFooterAsync(_files, path, CancellationToken.None);
        Assert.Equal(4, footer[0].Offset);
        Assert.Equal(["file:///a.parquet", "file:///b.parquet"], footer.Select(b => b.Properties[DeletionVector.ReferencedDataFile]));
        Assert.Equal(["2", "1"], footer.Select(b => b.Properties[DeletionVector.Cardinality]));
        Assert.Equal(blobs.Select(b => (b.Offset, b.Length)), footer.Select(b => (b.Offset, b.Length)));
        Assert.All(footer, b => Assert.Equal((-1, -1, null, 2147483645), (b.SnapshotId, b.SequenceNumber, b.Codec, b.Fields.Single())));
        Assert.Equal([7], (await PuffinReader.ReadVectorAsync(_files, Entry(path, blobs[1], 1, length), 10, CancellationToken.None)).Positions());
    }

    [Fact]
    public async Task Damage_names_the_file_and_the_data_file()
    {
        var (path, blobs, length) = await WriteAsync(("file:///a.parquet", Set(1, 2)));
        var error = await Assert.ThrowsAsync<CatalogException>(() => PuffinReader.ReadVectorAsync(_files, Entry(path, blobs[0], 3, length), 10, CancellationToken.None));
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains("file:///a.parquet", error.Message, StringComparison.Ordinal);
        Assert.Contains("deletes 2 rows, its manifest entry says 3", error.Message, StringComparison.Ordinal);
        var beyond = Entry(path, blobs[0] with { Length = 1000 }, 2, length);
        await Assert.ThrowsAsync<CatalogException>(() => PuffinReader.ReadVectorAsync(_files, beyond, 10, CancellationToken.None));
    }

    [Fact]
    public async Task Mutated_footers_are_read_or_refused()
    {
        var (path, _, _) = await WriteAsync(("file:///a.parquet", Set(1, 2)), ("file:///b.parquet", Set(7)));
        var bytes = (await _files.TryReadAsync(path, CancellationToken.None))!;
        var random = new Random(63);
        for (var i = 0; i < 500; i++)
        {
            var mutant = bytes[..(random.Next(3) == 0 ? random.Next(bytes.Length) : bytes.Length)];
            if (mutant.Length > 0)
            {
                mutant[mutant.Length - 1 - random.Next(Math.Min(mutant.Length, 300))] = (byte)random.Next(256);
            }

            var uri = _store.UriOf("mutant.puffin");
            await _files.PutAsync(uri, mutant, CancellationToken.None);
            try
            {
                await PuffinReader.ReadFooterAsync(_files, uri, CancellationToken.None);
            }
            catch (CatalogException e)
            {
                Assert.Contains("mutant.puffin", e.Message, StringComparison.Ordinal);
            }
        }
    }

    private static PositionSet Set(params long[] positions)
    {
        var set = new PositionSet();
        foreach (var position in positions)
        {
            set.Add(position);
        }

        return set;
    }

    private static DataFile Entry(string path, PuffinBlob blob, long rows, long length) => new()
    {
        Content = FileContent.PositionDeletes,
        Format = "PUFFIN",
        Path = path,
        RecordCount = rows,
        FileSize = length,
        ReferencedDataFile = blob.Properties[DeletionVector.ReferencedDataFile],
        ContentOffset = blob.Offset,
        ContentSize = blob.Length,
    };

    private async Task<(string Path, List<PuffinBlob> Blobs, long Length)> WriteAsync(params (string Path, PositionSet Deleted)[] vectors)
    {
        var path = _store.UriOf("deletes.puffin");
        await using var output = await _files.CreateAsync(path, CancellationToken.None);
        var writer = new PuffinWriter(output.WriteAsync, "cdclake-sdk version 0.1.0 (build 0)");
        var blobs = new List<PuffinBlob>();
        foreach (var (file, deleted) in vectors)
        {
            blobs.Add(await writer.AppendAsync(file, deleted, CancellationToken.None));
        }

        var length = await writer.CompleteAsync(CancellationToken.None);
        await output.CompleteAsync(CancellationToken.None);
        return (path, blobs, length);
    }
}
