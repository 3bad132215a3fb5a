using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;

namespace CdcLake.Tests.MySql.Binlog.Statements;

/// <summary>ALTER TABLE in the spellings that a server logs.</summary>
public sealed class AlterClausesTests
{
    [Theory]
    [InlineData("ENGINE=InnoDB")]
    [InlineData("ENGINE InnoDB ROW_FORMAT=DYNAMIC, KEY_BLOCK_SIZE 8")]
    [InlineData("FORCE, ALGORITHM=INPLACE, LOCK=NONE")]
    [InlineData("ALTER COLUMN d SET INVISIBLE, ALTER e SET VISIBLE")]
    [InlineData("COMMENT 'ADD COLUMN x INT, DROP COLUMN y' AUTO_INCREMENT = 100")]
    [InlineData("STATS_PERSISTENT=0 STATS_SAMPLE_PAGES=20, MAX_ROWS 5")]
    [InlineData("ADD KEY k (a(10), b DESC), ADD UNIQUE u ((a + b)), ADD FULLTEXT INDEX f (t), ADD SPATIAL INDEX s (g)")]
    [InlineData("ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED, ADD CHECK (b IN (1, 2)), ADD CONSTRAINT u UNIQUE KEY (a)")]
    [InlineData("ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (id) ON DELETE RESTRICT ON UPDATE NO ACTION")]
    [InlineData("DROP INDEX i, DROP KEY j, DROP CHECK c, RENAME INDEX a TO b, RENAME KEY c TO d, ALTER INDEX x INVISIBLE, ALTER CHECK c NOT ENFORCED")]
    [InlineData("ADD PARTITION (PARTITION p VALUES LESS THAN (20), PARTITION q VALUES LESS THAN (30))")]
    [InlineData("ANALYZE PARTITION p, q")]
    [InlineData("CONVERT TO CHARACTER SET 'utf8mb4'")]
    [InlineData("CONVERT TO CHARSET utf8mb4")]
    public void Clauses_that_no_row_shows_are_harmless(string clauses) => Assert.Equal(StatementKind.Harmless, Scan(clauses).Kind);

    [Theory]
    [InlineData("PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB, PARTITION p1 VALUES LESS THAN MAXVALUE)")]
    [InlineData("REORGANIZE PARTITION p INTO (PARTITION a VALUES LESS THAN (5), PARTITION b VALUES LESS THAN (10))")]
    [InlineData("COALESCE PARTITION 2")]
    [InlineData("REBUILD PARTITION p, q")]
    [InlineData("REMOVE PARTITIONING")]
    [InlineData("OPTIMIZE PARTITION ALL")]
    [InlineData("ADD PARTITION PARTITIONS 2, ADD KEY k (a)")]
    public void Partitions_that_are_made_anew_leave_rows_to_all_but_older_views(string clauses)
    {
        var statement = Scan(clauses);
        Assert.Equal(StatementKind.ChangeTable, statement.Kind);
        Assert.True(statement.LeavesRows);
    }

    [Theory]
    [InlineData("ADD a INT, ADD COLUMN b VARCHAR(10) DEFAULT 'x, y' AFTER `c d`", "AddColumn a; AddColumn b")]
    [InlineData("ADD COLUMN (a DECIMAL(5,2) NOT NULL, b INT, KEY (a)), DROP COLUMN c", "AddColumn a; AddColumn b; Nothing; DropColumn c")]
    [InlineData("ADD `index` INT, DROP `primary`", "AddColumn index; DropColumn primary")]
    [InlineData("ADD engine VARCHAR(9), MODIFY COLUMN engine TEXT", "AddColumn engine; ChangeColumn engine>engine")]
    [InlineData("ADD id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY FIRST", "AddColumn id; ChangeKey")]
    [InlineData("ADD id BIGINT UNIQUE KEY", "AddColumn id")]
    [InlineData("ADD PRIMARY KEY (a, b), DROP PRIMARY KEY", "ChangeKey; ChangeKey")]
    [InlineData("ADD CONSTRAINT p PRIMARY KEY (a), DROP INDEX `PRIMARY`", "ChangeKey; ChangeKey")]
    [InlineData("CHANGE a `b c` INT NOT NULL FIRST, MODIFY d TEXT", "ChangeColumn a>b c; ChangeColumn d>d")]
    [InlineData("RENAME COLUMN a TO b, RENAME INDEX i TO j", "RenameColumn a>b; Nothing")]
    [InlineData("ALTER a SET DEFAULT 5, RENAME TO x.t", "ChangeDefault a; ChangeRows")]
    [InlineData("ALTER COLUMN b DROP DEFAULT, ALTER COLUMN c SET DEFAULT (uuid()), ALTER d SET INVISIBLE", "ChangeDefault b; ChangeDefault c; Nothing")]
    [InlineData("CONVERT TO CHARACTER SET latin1 COLLATE latin1_bin", "ConvertText")]
    [InlineData("DROP FOREIGN KEY f, DROP CONSTRAINT d, DROP CHECK c", "DropForeignKey; DropForeignKey; Nothing")]
    [InlineData("ENGINE = MyISAM", "ChangeRows")]
    [InlineData("COMMENT='x' DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin, CHARACTER SET latin1", "ChangeDefaultText; ChangeDefaultText")]
    [InlineData("DROP PARTITION p, q", "ChangeRows; ChangeRows")]
    [InlineData("TRUNCATE PARTITION ALL", "ChangeRows")]
    [InlineData("EXCHANGE PARTITION p WITH TABLE u", "ChangeRows")]
    [InlineData("CONVERT PARTITION p TO TABLE u", "ChangeRows")]
    [InlineData("CONVERT TABLE u TO PARTITION p VALUES LESS THAN (5)", "ChangeRows")]
    [InlineData("DISCARD TABLESPACE", "ChangeRows")]
    [InlineData("COMMENT='x' PARTITION BY HASH (id) PARTITIONS 4", "Nothing; MovePartitions")]
    [InlineData("ENGINE=InnoDB REMOVE PARTITIONING", "Nothing; MovePartitions")]
    [InlineData("DROP a, ADD INDEX (b) PARTITION BY KEY (id)", "DropColumn a; Nothing; MovePartitions")]
    [InlineData("REMOVE PARTITIONING, DROP a", "MovePartitions; DropColumn a")]
    [InlineData("ADD a INT REFERENCES u (id) ON DELETE SET NULL", "ChangeRows; AddColumn a")]
    [InlineData("ADD ts TIMESTAMP DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP", "AddColumn ts")]
    [InlineData("FROBNICATE", "ChangeRows")]
    public void Clauses_tell_the_columns_they_act_on(string clauses, string expected)
    {
        var statement = Scan(clauses);
        Assert.Equal(StatementKind.ChangeTable, statement.Kind);
        Assert.Equal(expected, string.Join("; ", statement.Clauses.Select(c => $"{c.Kind} {c.Column}{(c.NewName.Length > 0 ? ">" : "")}{c.NewName}".TrimEnd())));
    }

    [Theory]
    [InlineData("a INT", "int | null | table | ")]
    [InlineData("a INTEGER(11) UNSIGNED ZEROFILL NOT NULL DEFAULT -5 COMMENT 'x' AFTER `b c`", "int(11) unsigned unsigned | not null | default | after b c")]
    [InlineData("a DECIMAL(10, 2) NULL DEFAULT NULL FIRST", "decimal(10,2) | null | table | first")]
    [InlineData("a NUMERIC(5) DEFAULT 1.5", "decimal(5) | null | default | ")]
    [InlineData("a VARCHAR(20) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT (CONCAT('a', (1)))", "varchar(20) | null | default latin1 | ")]
    [InlineData("a TEXT COLLATE utf8mb4_bin INVISIBLE COLUMN_FORMAT FIXED", "text | null | utf8mb4 | ")]
    [InlineData("a ENUM('x','it''s','a\\\\b') DEFAULT _utf8mb4'x'", "enum('x','it''s','a\\\\b') | null | default | ")]
    [InlineData("a ENUM('x\\ty','z\\\\n')", "enum('x\ty','z\\\\n') | null | table | ")]
    [InlineData("a DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3)", "datetime(3) | null | default | ")]
    [InlineData("a BOOL", "tinyint | null | table | ")]
    [InlineData("a FLOAT(30)", null)]
    [InlineData("a TEXT(100)", null)]
    [InlineData("a DATETIME ON UPDATE CURRENT_TIMESTAMP", null)]
    [InlineData("a INT AS (b + 1) STORED", null)]
    [InlineData("a INT AUTO_INCREMENT", null)]
    [InlineData("a POINT SRID 4326", null)]
    [InlineData("a NATIONAL CHAR(5)", null)]
    [InlineData("a INT PARTITION BY HASH (id)", null)]
    public void Plain_definitions_are_understood_and_no_others(string definition, string? expected)
    {
        var read = Scan("ADD " + definition).Clauses[0].Definition;
        Assert.Equal(expected, read is null ? null
            : $"{read.Type} | {(read.IsNullable ? "null" : "not null")} | {(read.HasDefault ? "default " : "")}{read.Charset ?? (read.HasDefault ? "" : "table")}".TrimEnd()
                + $" | {(read.IsFirst ? "first" : read.After is null ? "" : "after " + read.After)}");
    }

    private static Statement Scan(string clauses) => StatementScanner.Scan(
        new QueryEvent("d"u8, System.Text.Encoding.UTF8.GetBytes("ALTER TABLE t " + clauses), 0, 255));
}
