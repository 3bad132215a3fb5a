using CdcLake.MySql.Tables;

namespace CdcLake.Tests.MySql.Tables;

public sealed class ForeignKeyTextTests
{
    [Fact]
    public void Constraints_that_write_are_found_with_their_actions()
    {
        const string create = """
            CREATE TABLE `c` (
              `id` int NOT NULL COMMENT 'CONSTRAINT `x` FOREIGN KEY (`p`) REFERENCES `p` (`id`) ON DELETE CASCADE',
              `p` int DEFAULT NULL,
              PRIMARY KEY (`id`),
              CONSTRAINT `odd``name` FOREIGN KEY (`p`) REFERENCES `p` (`id`) ON DELETE CASCADE ON UPDATE SET NULL,
              CONSTRAINT `harmless` FOREIGN KEY (`p`) REFERENCES `p` (`id`) ON DELETE RESTRICT,
              CONSTRAINT `plain` FOREIGN KEY (`p`) REFERENCES `ON DELETE CASCADE` (`id`),
              CONSTRAINT `check` CHECK ((`id` > 0))
            ) ENGINE=InnoDB
            """;
        Assert.Equal([("odd`name", "ON DELETE CASCADE ON UPDATE SET NULL")], ForeignKeyText.Actions(create));
    }
}
