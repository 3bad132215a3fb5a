using CdcLake.Connectors;
using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.Tables;

public sealed class ForeignKeyTextTests
{
    [Fact]
    public void Constraints_that_write_are_found_with_columns_and_actions()
    {
        const string create = """
            CREATE TABLE `c` (
              `id` int NOT NULL COMMENT 'CONSTRAINT `x` FOREIGN KEY (`p`) REFERENCES `p` (`id`) ON DELETE CASCADE',
              `p` int DEFAULT NULL,
              PRIMARY KEY (`id`),
              CONSTRAINT `odd``name` FOREIGN KEY (`p`, `q, (``)`) REFERENCES `other`.`p` (`id`, `x`) ON DELETE CASCADE ON UPDATE SET NULL,
              CONSTRAINT `moved` FOREIGN KEY (`p`) REFERENCES `ON DELETE CASCADE` (`id`) ON DELETE RESTRICT ON UPDATE CASCADE,
              CONSTRAINT `harmless` FOREIGN KEY (`p`) REFERENCES `p` (`id`) ON DELETE RESTRICT,
              CONSTRAINT `plain` FOREIGN KEY (`p`) REFERENCES `ON DELETE CASCADE` (`id`),
              CONSTRAINT `check` CHECK ((`id` > 0))
            ) ENGINE=InnoDB
            """;
        var found = ForeignKeyText.Find(create).ToList();
        Assert.Equal(["odd`name", "moved"], found.Select(k => k.Name));
        Assert.Equal(["p", "q, (`)"], found[0].Columns);
        Assert.Equal(["id", "x"], found[0].ParentColumns);
        Assert.Equal(("other", "p", "ON DELETE CASCADE ON UPDATE SET NULL"), (found[0].Database, found[0].Table, found[0].Actions));
        Assert.Equal((null, "ON DELETE CASCADE", ReferentialAction.None, ReferentialAction.Cascade), (found[1].Database, found[1].Table, found[1].OnDelete, found[1].OnUpdate));
    }
}
