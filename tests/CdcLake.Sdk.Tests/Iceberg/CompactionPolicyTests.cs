using CdcLake.Iceberg.Manifests;
using CdcLake.Iceberg.Tables;
using CdcLake.Iceberg.Writing;

namespace CdcLake.Tests.Iceberg;

/// <summary>Which files compaction takes.</summary>
public sealed class CompactionPolicyTests
{
    private const long Mega = 1_000_000;
    private readonly LiveFiles _files = new();
    private readonly CompactionPolicy _policy = new(new IcebergSinkSettings());

    [Fact]
    public void Clean_full_files_are_left_alone()
    {
        Add(10 * Mega);
        Add(10 * Mega);
        Assert.Empty(Choose());
    }

    [Fact]
    public void A_few_small_files_are_left_alone()
    {
        Enumerable.Range(0, 12).ToList().ForEach(_ => Add(1000));
        Assert.Empty(Choose());
    }

    [Fact]
    public void Several_small_files_are_brought_together_without_the_large_one()
    {
        var large = Add(2 * Mega);
        Enumerable.Range(0, 14).ToList().ForEach(_ => Add(10_000));
        Assert.DoesNotContain(large, Choose());
        Assert.InRange(Choose().Count, 11, 14);
    }

    [Fact]
    public void A_file_with_a_twentieth_of_its_rows_dead_is_cleaned()
    {
        var file = Add(2 * Mega, dead: 110_000);
        Assert.Equal([file], Choose());
    }

    [Fact]
    public void A_file_with_a_fiftieth_of_its_rows_dead_is_left_alone()
    {
        Add(10 * Mega, dead: 200_000);
        Assert.Empty(Choose());
    }

    [Fact]
    public void Files_of_other_partitions_are_not_brought_together()
    {
        for (var spec = 0; spec < 8; spec++)
        {
            Add(1000, spec: spec);
        }

        Assert.Empty(Choose());
    }

    [Fact]
    public void No_more_rows_are_rewritten_than_changes_have_earned()
    {
        Add(2 * Mega, dead: 200_000);
        Assert.Empty(_policy.Choose(_files.All));
        _policy.Changed(100_000, 2 * Mega);
        Assert.Empty(_policy.Choose(_files.All));
        _policy.Changed(20_000, 2 * Mega);
        Assert.NotEmpty(_policy.Choose(_files.All));
        _policy.Spend(_files.All);
        Assert.Empty(_policy.Choose(_files.All));
    }

    private IReadOnlyList<LiveFile> Choose()
    {
        _policy.Changed(100 * Mega, 100 * Mega);
        return _policy.Choose(_files.All);
    }

    private LiveFile Add(long rows, int dead = 0, int spec = 0)
    {
        var file = _files.Add(new DataFile { Path = $"{_files.Count}.parquet", RecordCount = rows, FileSize = rows * 12, SpecId = spec });
        for (var i = 0; i < dead; i++)
        {
            file.Delete(i, int.MaxValue);
        }

        file.Committed();
        return file;
    }
}
