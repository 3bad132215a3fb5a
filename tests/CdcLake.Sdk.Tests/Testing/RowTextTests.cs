using CdcLake.Testing.Results;

namespace CdcLake.Tests.Testing;

/// <summary>What failures print.</summary>
public sealed class RowTextTests
{
    [Fact]
    public void Rows_are_compared_as_often_as_they_are_there()
    {
        Assert.Equal(["a", "b"], RowText.Except(["a", "a", "b"], ["a", "c"]));
        Assert.Empty(RowText.Except(["a"], ["b", "a"]));
    }

    [Fact]
    public void Values_are_written_as_people_read_them() => Assert.Equal(
        "id = 1, name = 'x', at = 2026-01-01 12:00:00.5, data = 0x0A, none = NULL",
        RowText.Of(["id", "name", "at", "data", "none"], [1, "x", new DateTime(2026, 1, 1, 12, 0, 0).AddMilliseconds(500), new byte[] { 10 }, null]));
}
