using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.Tables;

public sealed class MySqlColumnDescriptionTests
{
    private static MySqlColumn Column(string name, MySqlTypeCode type) => new(name, type, 1, 0, false, "utf8mb4", ["open", "closed"], IsNullable: false, KeyOrder: 0);

    [Fact]
    public void Enum_columns_carry_their_labels_and_sets_do_not()
    {
        var table = MySqlColumnDescription.Describe("desk.tickets", [Column("state", MySqlTypeCode.Enum), Column("flags", MySqlTypeCode.Set)]);
        Assert.Equal(["open", "closed"], table.Schema[0].Labels.AsEnumerable());
        Assert.Empty(table.Schema[1].Labels);
    }
}
