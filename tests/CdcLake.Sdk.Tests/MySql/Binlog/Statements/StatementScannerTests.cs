using System.Text;
using CdcLake.MySql.Binlog.Events;
using CdcLake.MySql.Binlog.Statements;

namespace CdcLake.Tests.MySql.Binlog.Statements;

public sealed class StatementScannerTests
{
    [Theory]
    [InlineData("SELECT `appdb`.`f`()")]
    [InlineData("DO f()")]
    [InlineData("CALL p(1)")]
    [InlineData("SET @x = f()")]
    [InlineData("IMPORT TABLE FROM '/tmp/t.sdi'")]
    [InlineData("HANDLER t OPEN")]
    [InlineData("CREATE SOMETHING new")]
    [InlineData("DROP DATABASE")]
    [InlineData("START REPLICA")]
    [InlineData("XA RECOVER")]
    [InlineData("BINLOG 'x'")]
    [InlineData("FROBNICATE TABLE t")]
    [InlineData("ALTER TABLE")]
    [InlineData("TRUNCATE TABLE (t)")]
    [InlineData("DROP TABLE a, (b)")]
    [InlineData("RENAME TABLE")]
    public void Statement_that_is_not_known_is_not_harmless(string sql) => Assert.Equal(StatementKind.Unknown, Scan(sql).Kind);

    [Theory]
    [InlineData("INSERT INTO t VALUES (1)")]
    [InlineData("UPDATE mysql.a, appdb.sales SET x = 1")]
    [InlineData("UPDATE mysql.a b, appdb.sales SET x = 1")]
    [InlineData("UPDATE mysql.a JOIN appdb.sales SET x = 1")]
    [InlineData("DELETE mysql.a, appdb.sales FROM mysql.a JOIN appdb.sales")]
    [InlineData("DELETE FROM mysql.a, appdb.sales USING mysql.a JOIN appdb.sales")]
    [InlineData("INSERT INTO mysql.a SELECT appdb.f()")]
    [InlineData("INSERT INTO mysql.a VALUES (f(1))")]
    [InlineData("INSERT INTO mysql.a VALUES (appdb.f(1))")]
    [InlineData("UPDATE mysql.a SET x = `f`()")]
    [InlineData("REPLACE mysql.a TABLE appdb.b")]
    [InlineData("LOAD DATA INFILE 'x' INTO TABLE mysql.a")]
    [InlineData("WITH a AS (SELECT 1) DELETE FROM mysql.a")]
    [InlineData("CREATE TABLE t SELECT f()")]
    [InlineData("CREATE TABLE t (id INT) (SELECT 1)")]
    [InlineData("CREATE TEMPORARY TABLE t AS SELECT f()")]
    [InlineData("create table t10 as table t0")]
    [InlineData("CREATE TABLE IF NOT EXISTS t VALUES ROW(1)")]
    public void Rows_changed_by_a_statement_are_told(string sql) => Assert.Equal(StatementKind.ChangeRows, Scan(sql).Kind);

    [Theory]
    [InlineData("INSERT INTO mysql.rds_heartbeat2(id, value) values (1,1532435) ON DUPLICATE KEY UPDATE value = VALUES(value)")]
    [InlineData("UPDATE `mysql`.`a` SET x = NOW() WHERE id IN (1, 2)")]
    [InlineData("DELETE FROM mysql.a WHERE x < 5")]
    [InlineData("DELETE FROM mysql.a")]
    [InlineData("REPLACE mysql.a SET x = 1")]
    [InlineData("")]
    [InlineData("# Dummy event replacing event type 160")]
    [InlineData("CREATE USER 'x'@'%' IDENTIFIED WITH 'caching_sha2_password'")]
    [InlineData("CREATE DEFINER=`cdc`@`%` FUNCTION `g`() RETURNS int RETURN (SELECT 1)")]
    [InlineData("CREATE OR REPLACE ALGORITHM=UNDEFINED DEFINER=a@b SQL SECURITY DEFINER VIEW v AS SELECT 1")]
    [InlineData("CREATE DEFINER=CURRENT_USER TRIGGER x BEFORE INSERT ON t FOR EACH ROW DELETE FROM u")]
    [InlineData("CREATE UNIQUE INDEX i ON t (a)")]
    [InlineData("DROP INDEX i ON t")]
    [InlineData("CREATE SPATIAL REFERENCE SYSTEM 1 NAME 'x'")]
    [InlineData("CREATE UNDO TABLESPACE u ADD DATAFILE 'u.ibu'")]
    [InlineData("ALTER RESOURCE GROUP g DISABLE")]
    [InlineData("ALTER INSTANCE ROTATE INNODB MASTER KEY")]
    [InlineData("ALTER DATABASE d READ ONLY = 1")]
    [InlineData("CREATE SCHEMA d")]
    [InlineData("DROP TEMPORARY TABLE IF EXISTS t")]
    [InlineData("CREATE TEMPORARY TABLE t (id INT)")]
    [InlineData("RENAME USER a TO b")]
    [InlineData("SET PASSWORD FOR a = 'b'")]
    [InlineData("SET DEFAULT ROLE a TO b")]
    [InlineData("REVOKE ALL ON t FROM u")]
    [InlineData("OPTIMIZE TABLE t")]
    [InlineData("LOAD INDEX INTO CACHE t")]
    [InlineData("ALTER TABLE t ADD INDEX (x)")]
    public void Statement_that_leaves_rows_alone_is_harmless(string sql) => Assert.Equal(StatementKind.Harmless, Scan(sql).Kind);

    [Theory]
    [InlineData("CREATE TABLE t (id INT, PRIMARY KEY (id)) PARTITION BY RANGE (id) (PARTITION p VALUES LESS THAN (5))", "CreateTable d.t")]
    [InlineData("CREATE TABLE `t` (a INT) START TRANSACTION", "CreateTable d.t")]
    [InlineData("CREATE TABLE IF NOT EXISTS x.t LIKE u", "CreateTableIfNotExists x.t")]
    [InlineData("CREATE OR REPLACE TABLE t (id INT)", "ChangeTable d.t > d.t")]
    [InlineData("CREATE TABLE t (id INT) WITH SYSTEM VERSIONING", "ChangeTable d.t > d.t")]
    [InlineData("RENAME TABLE IF EXISTS a WAIT 5 TO b, c NOWAIT TO d", "ChangeTable d.a d.c > d.b d.d")]
    [InlineData("SET STATEMENT max_statement_time=1, lock_wait_timeout=2 FOR TRUNCATE t WAIT 3", "EmptyTable d.t")]
    [InlineData("SET STATEMENT max_statement_time=1 FOR DELETE FROM t", "ChangeRows d.t")]
    [InlineData("CREATE /*M!100301 OR REPLACE */ TABLE t (id INT)", "ChangeTable d.t > d.t")]
    [InlineData("ALTER IGNORE TABLE t ADD x INT", "ChangeTable d.t")]
    [InlineData("REPAIR NO_WRITE_TO_BINLOG TABLE t, x.u", "ChangeTable d.t x.u")]
    [InlineData("REPAIR TABLES t, x.u", "ChangeTable d.t x.u")]
    [InlineData("REPAIR LOCAL TABLES t", "ChangeTable d.t")]
    [InlineData("RENAME TABLES a TO b, c TO x.d", "ChangeTable d.a d.c > d.b x.d")]
    [InlineData("TRUNCATE t", "EmptyTable d.t")]
    [InlineData("TRUNCATE TABLE \"t\"", "EmptyTable d.t")]
    [InlineData("RENAME TABLE \"x\".\"t\" TO \"u\"", "ChangeTable x.t > d.u")]
    [InlineData("ALTER TABLE t IMPORT PARTITION p TABLESPACE", "ChangeTable d.t > d.t")]
    [InlineData("XA COMMIT X'61',X'',1", "XaCommit")]
    [InlineData("XA ROLLBACK X'61',X'',1", "XaRollback")]
    [InlineData("(((DELETE FROM t)))", "ChangeRows d.t")]
    public void Tables_are_named(string sql, string expected)
    {
        var statement = Scan(sql);
        var text = new StringBuilder(statement.Kind.ToString());
        statement.Tables.ToList().ForEach(t => text.Append(' ').Append(t));
        text.Append(statement.Fills.Count > 0 ? " >" : "");
        statement.Fills.ToList().ForEach(t => text.Append(' ').Append(t));
        Assert.Equal(expected, text.ToString());
    }

    // Bytes as a server logs them, by client character set; in gbk, big5, sjis and gb18030 a character can end in a quote or a backslash.
    [Theory]
    [InlineData(8, "TRUNCATE TABLE gr\u00F6\u00DFe", "größe")]
    [InlineData(8, "DROP TABLE `a\u0080`", "a€")]
    [InlineData(28, "TRUNCATE TABLE \u00B1\u00ED\u00D4\u00CB", "表运")]
    [InlineData(28, "TRUNCATE TABLE `\u00D5`a`", "誤a")]
    [InlineData(95, "DROP TABLE `\u0095\\\u0083\\`", "表ソ")]
    [InlineData(51, "TRUNCATE TABLE \u00F2\u00E0\u00E1", "таб")]
    [InlineData(255, "TRUNCATE TABLE gr\u00C3\u00B6\u00C3\u009Fe", "größe")]
    [InlineData(63, "TRUNCATE TABLE gr\u00C3\u00B6\u00C3\u009Fe", "größe")]
    [InlineData(19, "TRUNCATE TABLE \u00B0\u00A1", "가")]
    [InlineData(13, "TRUNCATE `\u0095\\`", "表")]
    [InlineData(1, "TRUNCATE `\u00A4\\`", "么")]
    [InlineData(248, "TRUNCATE `\u0081\u0060`", "乣")]
    [InlineData(6, "TRUNCATE gr\u00D0", "grÅ")]
    [InlineData(10, "TRUNCATE `gr[e`", "grÄe")]
    public void Name_is_read_in_the_character_set_of_its_statement(int collation, string bytes, string table)
    {
        var named = Assert.Single(Scan(Encoding.Latin1.GetBytes(bytes), collation).Tables);
        Assert.Equal(table, named.Table);
        Assert.True(named.MayBe($"d.{table}"));
        Assert.False(named.MayBe("d.other"));
    }

    // No characters of gbk and cp1257, an id that no server has, and no id: the character is not known for certain, so it may be any.
    [Theory]
    [InlineData(28, "TRUNCATE gr\u00FF")]
    [InlineData(59, "TRUNCATE `gr\u0081`")]
    [InlineData(4000, "TRUNCATE gr\u00F6\u00DFe")]
    [InlineData(null, "TRUNCATE gr\u00F6\u00DFe")]
    [InlineData(255, "TRUNCATE gr\u00F6\u00DFe")]
    [InlineData(8, "DROP TABLE `??` /* generated by server */")]
    public void Name_that_cannot_be_read_may_be_any_that_is_not_ascii(int? collation, string bytes)
    {
        var named = Assert.Single(Scan(Encoding.Latin1.GetBytes(bytes), collation).Tables);
        Assert.True(named.MayBe("d.größe"));
        Assert.False(named.MayBe("d.sales"));
    }

    [Fact]
    public void Text_for_messages_ends_before_the_first_literal() =>
        Assert.Equal("INSERT INTO `t`(a, b) VALUES(1, ...".Replace("`", "", StringComparison.Ordinal), Scan("INSERT INTO `t` (a, b) VALUES (1, 'secret', 2)").Text);

    [Theory]
    [InlineData("ALTER TABLE t /*M! DROP COLUMN n, */ ADD INDEX (x)")]
    [InlineData("ALTER TABLE t /*M!100301 DROP COLUMN n, */ ADD INDEX (x)")]
    public void Comment_for_MariaDb_is_a_comment_to_MySql(string sql)
    {
        Assert.Equal(StatementKind.ChangeTable, Scan(sql).Kind);
        Assert.Equal(StatementKind.Harmless, StatementScanner.Scan(new QueryEvent("d"u8, Encoding.UTF8.GetBytes(sql), 0, 255)).Kind);
    }

    [Theory]
    [InlineData("TRUNCATE t", false, "d.t", true)]
    [InlineData("TRUNCATE t", true, "d.t", false)]
    [InlineData("TRUNCATE T", false, "d.t", false)]
    [InlineData("TRUNCATE D.t", false, "d.t", false)]
    [InlineData("DROP DATABASE d", false, "d.t", true)]
    [InlineData("DROP TABLE `t` /* generated by server */", true, "d.t", true)]
    [InlineData("DROP DATABASE D", false, "d.t", false)]
    [InlineData("TRUNCATE gr\u00FF", false, "d.gr\u00FF", true)]
    public void Table_is_certainly_that_one_only_in_the_same_letters_and_where_no_temporary_one_hides_it(string sql, bool usesTemporary, string table, bool isCertain)
    {
        var statement = StatementScanner.Scan(new QueryEvent("d"u8, Encoding.UTF8.GetBytes(sql), 0, 255) { UsesTemporary = usesTemporary });
        Assert.Contains(statement.Tables, t => t.MayBe(table));
        Assert.Equal(isCertain, statement.IsOf(table));
    }

    private static Statement Scan(string sql) => Scan(Encoding.UTF8.GetBytes(sql), 255);

    private static Statement Scan(byte[] sql, int? collation) => StatementScanner.Scan(new QueryEvent("d"u8, sql, 0, collation) { IsMariaDb = true });
}
