using System.Collections.Immutable;
using CdcLake.Columnar;
using CdcLake.Iceberg.Spec;
using CdcLake.Parquet.Format;
using static CdcLake.Tests.Iceberg.Scanning.ForeignTable;

namespace CdcLake.Tests.Iceberg.Scanning;

/// <summary>Deletes of every kind apply to exactly the rows that the specification says ("Scan Planning").</summary>
public sealed class DeletedRowsTests : IDisposable
{
    private static readonly object?[][] Abc = [[1, "a"], [2, "b"], [3, null]];

    private readonly ForeignTable _table = new();

    public void Dispose() => _table.Dispose();

    [Fact]
    public async Task Equality_delete_hides_rows_of_earlier_commits_only()
    {
        await _table.AddDataAsync(1, [Id, Name], Abc);
        await _table.AddDataAsync(2, [Id, Name], [[1, "same commit"]]);
        await _table.AddEqualityAsync(2, [Id], [[1], [7]]);
        await _table.AddDataAsync(3, [Id, Name], [[1, "later"]]);
        Assert.Equal(["1|later|∅", "1|same commit|∅", "2|b|∅", "3|∅|∅"], await _table.RowsAsync());
    }

    [Fact]
    public async Task Null_in_a_key_equals_null()
    {
        await _table.AddDataAsync(1, [Id, Name], [[1, "a"], [2, null], [null, null], [null, "a"]]);
        await _table.AddEqualityAsync(2, [Name], [[null]]);
        Assert.Equal(["1|a|∅", "∅|a|∅"], await _table.RowsAsync());
        await _table.AddEqualityAsync(3, [Id, Name], [[null, "a"]]);
        Assert.Equal(["1|a|∅"], await _table.RowsAsync());
    }

    [Fact]
    public async Task Equality_delete_of_a_partition_leaves_the_others_alone_and_one_without_partition_is_about_all()
    {
        await _table.AddDataAsync(1, [Id, Name, Region], [[1, "a", "eu"], [2, "b", "eu"]], region: "eu");
        await _table.AddDataAsync(1, [Id, Name, Region], [[1, "a", "us"], [2, "b", "us"]], region: "us");
        await _table.AddDataAsync(1, [Id, Name], [[1, "old spec"]]);
        await _table.AddEqualityAsync(2, [Id], [[1]], region: "eu");
        Assert.Equal(["1|a|us", "1|old spec|∅", "2|b|eu", "2|b|us"], await _table.RowsAsync());
        await _table.AddEqualityAsync(3, [Id], [[2]]);
        Assert.Equal(["1|a|us", "1|old spec|∅"], await _table.RowsAsync());
    }

    [Fact]
    public async Task Latest_commit_with_a_key_counts_whichever_file_names_it_first()
    {
        await _table.AddDataAsync(2, [Id, Name], [[1, "a"]]);
        await _table.AddEqualityAsync(3, [Id], [[1]]);
        await _table.AddEqualityAsync(1, [Id], [[1]]);
        Assert.Empty(await _table.RowsAsync());
        await _table.AddDataAsync(5, [Id, Name], [[1, "new"]]);
        Assert.Equal(["1|new|∅"], await _table.RowsAsync());
    }

    [Fact]
    public async Task Key_written_as_another_type_or_before_its_column_was_there_is_compared_as_it_is_read_now()
    {
        await _table.AddDataAsync(1, [Id with { Type = DataType.Int32 }, Name], Abc); // widened to long since
        await _table.AddEqualityAsync(2, [Id], [[2]]);
        Assert.Equal(["1|a|∅", "3|∅|∅"], await _table.RowsAsync());
        await _table.AddEqualityAsync(3, [Region], [[null]]); // no file has the column, so it is null everywhere
        Assert.Empty(await _table.RowsAsync());
    }

    [Fact]
    public async Task Key_column_that_was_dropped_still_deletes()
    {
        var gone = new ParquetColumn("gone", 9, false, DataType.Int32);
        await _table.AddDataAsync(1, [Id, gone], [[1, 10], [2, 20]]);
        await _table.AddEqualityAsync(2, [gone], [[20]]);
        Assert.Equal(["1|∅|∅"], await _table.RowsAsync());
    }

    [Theory]
    [InlineData(new int[0], "names no key columns")]
    [InlineData(new[] { 77 }, "field 77, which no schema of the table has")]
    public async Task Key_that_cannot_be_is_refused(int[] ids, string mention)
    {
        await _table.AddDataAsync(1, [Id, Name], Abc);
        await _table.AddEqualityAsync(2, [Id], [[1]], ids: ids);
        Assert.Contains(mention, (await Assert.ThrowsAsync<CatalogException>(_table.RowsAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deletion_vector_stands_for_all_position_deletes_of_its_file()
    {
        var file = await _table.AddDataAsync(1, [Id, Name], Abc);
        var other = await _table.AddDataAsync(1, [Id, Name], [[4, "d"], [5, "e"]]);
        await _table.AddPositionsAsync(2, [(file, 0)], namesFile: true);
        await _table.AddPositionsAsync(2, [(file, 0), (other, 1)]);
        await _table.AddVectorAsync(3, file, 2);
        Assert.Equal(["1|a|∅", "2|b|∅", "4|d|∅"], await _table.RowsAsync());
    }

    [Fact]
    public async Task Deletion_vector_older_than_its_file_has_no_effect_and_two_are_refused()
    {
        var file = await _table.AddDataAsync(5, [Id, Name], Abc);
        await _table.AddVectorAsync(4, file, 0);
        Assert.Equal(3, (await _table.RowsAsync()).Count);
        await _table.AddVectorAsync(5, file, 1);
        Assert.Equal(["1|a|∅", "3|∅|∅"], await _table.RowsAsync());
        await _table.AddVectorAsync(6, file, 2);
        Assert.Contains("two deletion vectors", (await Assert.ThrowsAsync<CatalogException>(_table.RowsAsync)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Position_deletes_of_a_partition_apply_to_files_of_it_and_to_the_same_commit()
    {
        var eu = await _table.AddDataAsync(2, [Id, Name], [[1, "a"], [2, "b"]], region: "eu");
        var us = await _table.AddDataAsync(2, [Id, Name], [[3, "c"], [4, "d"]], region: "us");
        await _table.AddPositionsAsync(2, [(eu, 0), (us, 0)], region: "eu");
        await _table.AddPositionsAsync(1, [(us, 1), (eu, 1)], region: "us"); // older than the file
        Assert.Equal(["2|b|eu", "3|c|us", "4|d|us"], await _table.RowsAsync());
    }

    [Fact]
    public async Task Delete_files_are_known_to_the_files_they_hide_rows_of()
    {
        var file = await _table.AddDataAsync(1, [Id, Name], Abc);
        await _table.AddVectorAsync(2, file, 0);
        await _table.AddEqualityAsync(3, [Id], [[2]]);
        await _table.AddDataAsync(3, [Id, Name], [[9, "untouched"]]);
        var files = await _table.LoadAsync();
        Assert.Equal(["PUFFIN", "PARQUET"], files[0].DeleteFiles.Select(d => d.File.Format));
        Assert.Equal([0L, 1], files[0].Deleted.Positions());
        Assert.Equal([1u], files[0].RecentPositions()); // beside those of the vector
        Assert.Empty(files[1].DeleteFiles);
    }

    [Fact]
    public async Task Names_stand_for_ids_where_a_file_has_none()
    {
        _table.Metadata = _table.Metadata with
        {
            Properties = ImmutableSortedDictionary<string, string>.Empty.Add(
                "schema.name-mapping.default", """[{"field-id":1,"names":["id","nr"]},{"field-id":2,"names":["label"]},{"names":["ignored"]}]"""),
        };
        await _table.AddDataAsync(1, [Id with { Name = "nr" }, Name with { Name = "label" }, Region], [[1, "a", "x"], [2, "b", "x"]], hasIds: false);
        await _table.AddEqualityAsync(2, [Id], [[2]]);
        Assert.Equal(["1|a|∅"], await _table.RowsAsync()); // a column that the mapping does not name is not there
        _table.Metadata = _table.Metadata with { Properties = _table.Metadata.Properties.SetItem("schema.name-mapping.default", "{") };
        await Assert.ThrowsAsync<CatalogException>(_table.RowsAsync);
    }

    [Fact]
    public async Task Column_that_a_file_is_partitioned_by_and_lacks_has_the_partitions_value()
    {
        await _table.AddDataAsync(1, [Id, Name], [[1, "a"]], region: "eu");
        await _table.AddDataAsync(1, [Id, Name, Region], [[2, "b", "from the file"]], region: "us");
        Assert.Equal(["1|a|eu", "2|b|from the file"], await _table.RowsAsync());
        await _table.AddEqualityAsync(2, [Region], [["eu"]]);
        Assert.Equal(["2|b|from the file"], await _table.RowsAsync());
    }

    [Fact]
    public async Task Encrypted_file_is_refused_by_name()
    {
        var file = await _table.AddDataAsync(1, [Id, Name], Abc);
        _table.Encrypt(file);
        var error = await Assert.ThrowsAsync<CatalogException>(_table.RowsAsync);
        Assert.Contains($"{file.Path} is encrypted", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Default_of_a_column_is_the_key_of_rows_before_it()
    {
        var schema = _table.Metadata.Schemas[1];
        var region = schema.Fields[2] with { InitialDefault = "\"eu\"" };
        _table.Metadata = _table.Metadata with { Schemas = [_table.Metadata.Schemas[0], schema with { Fields = schema.Fields.SetItem(2, region) }] };
        await _table.AddDataAsync(1, [Id, Name], [[1, "a"]]);
        await _table.AddDataAsync(1, [Id, Name, Region], [[2, "b", "us"]]);
        Assert.Equal(["1|a|eu", "2|b|us"], await _table.RowsAsync());
        await _table.AddEqualityAsync(2, [Region], [["eu"]]);
        Assert.Equal(["2|b|us"], await _table.RowsAsync());
    }
}
