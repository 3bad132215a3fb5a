using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Connectors;
using CdcLake.Tests.Planning;

namespace CdcLake.Tests.Flink;

/// <summary>What single operators, sinks and sources become, and which are refused, with their place.</summary>
public sealed class PlanTranslationTests
{
    private readonly MySqlSource _source = Scripts.Source();

    private static IcebergTable Target => Scripts.Lake.Table("demo.result");

    private MySqlTable<Sale> Sales => _source.Table<Sale>("appdb.sales");

    private MySqlTable<Product> Products => _source.Table<Product>("appdb.products");

    [Fact]
    public void Filter_and_computed_columns_are_one_select()
    {
        var job = Scripts.Job(Pipeline.FromMySqlBinlog(Sales).Where(s => s.Qty > 3 && s.Price != 0).Select(s => new { s.Id, Total = s.Qty * s.Price, s.SaleTs.Year }).ToIceberg(Target).Build("x"));
        Assert.Equal(
            "INSERT INTO `lake`.`demo`.`result` /*+ OPTIONS('upsert-enabled' = 'true') */ (`id`, `total`, `year`) SELECT `sales`.`id`, CAST(`sales`.`qty` * `sales`.`price` AS DECIMAL(20, 2)) AS `total`, "
            + "CAST(DATE_FORMAT(CAST(`sales`.`sale_ts` AS TIMESTAMP_LTZ(3)), 'yyyy') AS INT) AS `year` FROM `src_appdb_sales` AS `sales` WHERE (`sales`.`qty` > 3) AND (`sales`.`price` <> CAST(0.00 AS DECIMAL(10, 2)))",
            job);
    }

    [Fact]
    public void Rows_that_a_condition_drops_after_an_update_are_deleted_from_the_table()
    {
        var filtered = Scripts.Of(Pipeline.FromMySqlBinlog(Sales).Where(s => s.Qty > 3).ToIceberg(Target).Build("x"));
        Assert.Equal("FORCE", filtered.Settings["table.exec.sink.upsert-materialize"]);
        Assert.Contains(filtered.Warnings, w => w.Contains("keeps the rows of the result", StringComparison.Ordinal));
        var grouped = Scripts.Of(Pipeline.FromMySqlBinlog(Sales).Where(s => s.Qty > 3).Aggregate(s => s.ProductId, g => new { g.Key, Rows = g.Count() }).ToIceberg(Target, r => r.Key).Build("x"));
        Assert.Equal("AUTO", grouped.Settings["table.exec.sink.upsert-materialize"]);
    }

    [Fact]
    public void What_lives_in_this_process_or_follows_commit_times_is_refused_by_name()
    {
        var sales = Pipeline.FromMySqlBinlog(Sales);
        void Refused<T>(string construct, ChangeStream<T> stream)
        {
            var row = System.Linq.Expressions.Expression.Parameter(typeof(T), "r");
            var key = System.Linq.Expressions.Expression.Property(row, typeof(T).GetProperties().First(p => p.Name != "EqualityContract"));
            var keyed = stream.ToIceberg(Target, System.Linq.Expressions.Expression.Lambda<Func<T, object>>(System.Linq.Expressions.Expression.Convert(key, typeof(object)), row));
            Assert.Contains(construct, Assert.Throws<FlinkTranslationException>(() => Scripts.Of(keyed.Build("x"))).Message, StringComparison.Ordinal);
        }

        Refused("SelectRow", sales.SelectRow(s => new { s.Id, Half = s.Qty / 2 }, "half/1"));
        Refused("KeepRecent", Pipeline.FromMySqlBinlog(Sales).KeepRecent(s => s.SaleTs, TimeSpan.FromDays(1)));
        Refused("WindowStart", Pipeline.FromMySqlBinlog(Sales).Select(s => new { s.Id, Start = SqlFunctions.WindowStart(s.SaleTs, TimeSpan.FromDays(1)) }));
        Refused("PercentileCont", Pipeline.FromMySqlBinlog(Sales).Aggregate(s => s.ProductId, g => new { g.Key, Middle = g.Median(s => s.Price) }));
        Refused("Parse", Pipeline.FromMySqlBinlog(Products).Select(p => new { p.Id, Day = DateOnly.ParseExact(p.Sku, "yyyyMMdd") }));
    }

    [Fact]
    public void Left_join_puts_conditions_of_the_missing_side_before_the_join()
    {
        var job = Scripts.Job(Pipeline.FromMySqlBinlog(Sales)
            .LeftJoin(Pipeline.FromMySqlBinlog(Products).Where(p => p.Id > 5), s => s.ProductId, p => p.Id, (s, p) => new { s.Id, HasProduct = p != null, p!.Sku })
            .ToIceberg(Target, r => r.Id).Build("x"));
        Assert.Contains("FROM `src_appdb_sales` AS `sales` LEFT JOIN (SELECT ", job);
        Assert.Contains("WHERE `products`.`id` > 5) AS `q` ON `sales`.`product_id` = `q`.`id`", job);
        Assert.Contains("`q`.`id` IS NOT NULL AS `has_product`", job);
    }

    [Fact]
    public void Exists_and_its_opposite_are_correlated()
    {
        var stream = Pipeline.FromMySqlBinlog(Sales);
        var job = Scripts.Job(stream.NotExists(Products, s => s.ProductId, p => p.Id).ToIceberg(Target).Build("x"));
        Assert.EndsWith("WHERE NOT EXISTS (SELECT 1 FROM `src_appdb_products` AS `products` WHERE `sales`.`product_id` = `products`.`id`)", job);
    }

    [Fact]
    public void Means_keep_the_digits_and_the_rounding_of_MySQL()
    {
        var job = Scripts.Job(Pipeline.FromMySqlBinlog(Sales).Aggregate(s => s.ProductId, g => new { g.Key, Mean = g.Average(s => s.Price) }).ToIceberg(Target, r => r.Key).Build("x"));
        Assert.Contains("CAST(CAST(CAST(SUM(`sales`.`price`) AS DECIMAL(19, 2)) AS DECIMAL(22, 5)) / NULLIF(COUNT(`sales`.`price`), 0) AS DECIMAL(38, 6)) AS `mean`", job);
    }

    [Fact]
    public void One_group_over_everything_is_there_without_rows()
    {
        var job = Scripts.Job(Pipeline.FromMySqlBinlog(Sales).Aggregate(g => new { Rows = g.Count(), Qty = g.Sum(s => s.Qty) }).ToIceberg(Target).Build("x"));
        Assert.Contains("UNION ALL SELECT CAST(NULL AS", job);
        Assert.Contains("COUNT(`u`.`(row)`) AS `rows`", job);
        Assert.Contains("SUM(CAST(`u`.`qty` AS BIGINT)) AS `qty`", job);
    }

    [Fact]
    public void Top_rows_are_a_rank_whose_ties_are_decided_by_the_other_columns()
    {
        var job = Scripts.Job(Pipeline.FromMySqlBinlog(Sales).TopN(3, s => s.ProductId, s => s.Price).Select(s => new { s.Id, s.ProductId, s.Price }).ToIceberg(Target, r => r.Id).Build("x"));
        Assert.Contains("ROW_NUMBER() OVER (PARTITION BY `sales`.`product_id` ORDER BY `sales`.`price` DESC, `sales`.`id` DESC)", job);
        Assert.EndsWith("WHERE `r`.`(rank)` <= 3", job);
    }

    [Fact]
    public void A_stream_that_two_sinks_read_is_a_view()
    {
        var stream = Scripts.SalesByProduct(_source);
        var pipeline = stream.ToIceberg(Target, r => r.ProductId).ToIceberg(Scripts.Lake.Table("demo.other"), r => r.ProductId).Build("x");
        var script = Scripts.Of(pipeline);
        Assert.Single(script.Statements, s => s.StartsWith("CREATE TEMPORARY VIEW ", StringComparison.Ordinal));
        Assert.StartsWith("EXECUTE STATEMENT SET BEGIN INSERT INTO", script.Statements[^1]);
        Assert.EndsWith("; END", script.Statements[^1]);
    }

    [Fact]
    public void Every_kind_of_source_column_is_declared()
    {
        var table = SampleTables.Table(
            "appdb.kinds", ["id"], ("id", new DataType(TypeKind.UInt64), false, "bigint unsigned"), ("y", new DataType(TypeKind.Int16), true, "year"), ("t", DataType.Time(6), true, "time(6)"),
            ("ts", DataType.Timestamp(0), true, "timestamp"), ("dt", DataType.DateTime(6), true, "datetime(6)"), ("b", DataType.Boolean, true, "bit(1)"), ("bin", DataType.Binary, true, "blob"),
            ("u", new DataType(TypeKind.UInt8), true, "tinyint unsigned"), ("e", DataType.String, true, "enum('a','b')"), ("f", new DataType(TypeKind.Float32), true, "float"));
        var script = Scripts.Of(Pipeline.FromMySqlBinlog(_source.Table("appdb.kinds")).ToIceberg(Target).Build("x"), tables: [table]);
        Assert.Contains(
            "(`id` DECIMAL(20, 0) NOT NULL, `y` INT, `t` BIGINT, `ts` TIMESTAMP(0), `dt` TIMESTAMP(6), `b` BOOLEAN, `bin` BYTES, `u` SMALLINT, `e` STRING, `f` FLOAT, PRIMARY KEY (`id`) NOT ENFORCED)",
            script.Statements.Single(s => s.Contains("mysql-cdc", StringComparison.Ordinal)));
        Assert.Contains("`ts` TIMESTAMP_LTZ(6), `dt` TIMESTAMP(6)", script.Statements.Single(s => s.StartsWith("CREATE TABLE", StringComparison.Ordinal)));
    }

    [Fact]
    public void Json_as_a_variant_is_refused_by_name_and_text_is_not()
    {
        var described = SampleTables.Table("appdb.docs", ["id"], ("id", DataType.Int32, false, "int"), ("doc", DataType.String, true, "json"));
        var table = described with { Schema = new Schema(described.Schema.Fields.Select(f => f with { IsJson = f.Name == "doc" })) };
        FlinkSqlScript Script(IcebergJsonType? json) => Scripts.Of(Pipeline.FromMySqlBinlog(_source.Table("appdb.docs")).ToIceberg(Target, configure: o => o.JsonAs = json).Build("x"), tables: [table]);
        Assert.Contains("`doc` STRING", Script(null).Statements.Single(s => s.StartsWith("CREATE TABLE", StringComparison.Ordinal)));
        Assert.Contains("\"doc\"", Assert.Throws<FlinkTranslationException>(() => Script(IcebergJsonType.Variant)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bit(8)", TypeKind.Int64, "bits as bytes")]
    [InlineData("point", TypeKind.Binary, "WKB")]
    [InlineData("vector(3)", TypeKind.Binary, "does not know the type")]
    [InlineData("datetime", TypeKind.String, "invalid dates")]
    internal void Columns_that_mysql_cdc_reads_otherwise_are_refused_by_name(string native, TypeKind kind, string reason)
    {
        var table = SampleTables.Table("appdb.odd", ["id"], ("id", DataType.Int32, false, "int"), ("c", new DataType(kind), true, native));
        var error = Assert.Throws<FlinkTranslationException>(() => Scripts.Of(Pipeline.FromMySqlBinlog(_source.Table("appdb.odd")).ToIceberg(Target).Build("x"), tables: [table]));
        Assert.Equal($"column c ({native})", error.Construct);
        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public void What_the_connector_loses_of_values_is_a_warning()
    {
        var table = SampleTables.Table(
            "appdb.odd", ["id"], ("id", DataType.Int32, false, "int"), ("f", new DataType(TypeKind.Float32), true, "float"), ("y", DataType.Int32, true, "year"), ("t", DataType.Time(3), true, "time(3)"));
        var script = Scripts.Of(Pipeline.FromMySqlBinlog(_source.Table("appdb.odd")).ToIceberg(Target).Build("x"), tables: [table]);
        Assert.Contains("appdb.odd: column y (year): the year 0000 is 2000 in Flink.", script.Warnings);
        Assert.Contains(script.Warnings, w => w.StartsWith("appdb.odd: column f (float): rows of the initial snapshot have the six digits", StringComparison.Ordinal));
        Assert.Contains(script.Warnings, w => w.StartsWith("appdb.odd: column t (time(3)): times between", StringComparison.Ordinal));
    }

    [Fact]
    public void Connections_without_encryption_are_made_so_by_Flink_too()
    {
        var source = new MySqlSource("Server=mysql;User ID=flinkuser;Password=x;SSL Mode=None;Allow Public Key Retrieval=true");
        var script = Scripts.Of(Pipeline.FromMySqlBinlog(source.Table("testdb.users")).ToIceberg(Target).Build("x"));
        Assert.Contains("'debezium.database.ssl.mode' = 'disabled', 'jdbc.properties.sslMode' = 'DISABLED', 'jdbc.properties.allowPublicKeyRetrieval' = 'true'", script.Statements.Single(s => s.Contains("mysql-cdc", StringComparison.Ordinal)));
    }

    [Fact]
    public void First_of_rows_that_are_equal_in_all_else_have_some_order()
    {
        var job = Scripts.Job(Pipeline.FromMySqlBinlog(Sales).Select(s => new { s.ProductId, Same = 1 }).TopN(1, r => r.ProductId, r => r.Same).ToIceberg(Target, r => r.ProductId).Build("x"));
        Assert.Contains("ROW_NUMBER() OVER (PARTITION BY `sales`.`product_id` ORDER BY 1 DESC, `sales`.`product_id` DESC)", job);
    }

    [Fact]
    public void Texts_by_a_collation_are_refused_unless_bytes_are_accepted()
    {
        var texts = Texts(TextCollation.Of("utf8mb4_0900_ai_ci"));
        Pipeline Job() => Pipeline.FromMySqlBinlog(_source.Table("appdb.texts")).Where(r => r.Get<string>("name") == "ann").ToIceberg(Target).Build("x");
        var error = Assert.Throws<FlinkTranslationException>(() => Scripts.Of(Job(), tables: [texts]));
        Assert.Equal("where(appdb.texts)", error.Place);
        Assert.Contains("utf8mb4_0900_ai_ci", error.Message);

        var script = Scripts.Of(Job(), o => o.CompareTextsByBytes = true, [texts]);
        Assert.EndsWith("WHERE `texts`.`name` = 'ann'", script.Statements[^1]);
        Assert.Contains(script.Warnings, w => w.StartsWith("where(appdb.texts): texts compare by bytes", StringComparison.Ordinal));
    }

    [Fact]
    public void Groups_and_extremes_of_texts_by_bytes_keep_their_spelling()
    {
        var job = Scripts.Job(
            Pipeline.FromMySqlBinlog(_source.Table("appdb.texts")).Aggregate(r => r.Get<string>("name"), g => new { g.Key, Last = g.Max(r => r.Get<string>("name")) }).ToIceberg(Target, r => r.Key).Build("x"),
            o => o.CompareTextsByBytes = true, [Texts(TextCollation.Of("utf8mb4_0900_ai_ci"))]);
        Assert.Contains("GROUP BY `texts`.`name`", job);
        Assert.Contains("MAX(`texts`.`name`) AS `last`", job);
    }

    [Fact]
    public void Texts_put_together_are_refused_with_their_place()
    {
        var pipeline = Pipeline.FromMySqlBinlog(Sales).Aggregate(s => s.ProductId, g => new { g.Key, All = g.Concat(s => s.Id.ToString(), ", ") }).ToIceberg(Target, r => r.Key).Build("x");
        var error = Assert.Throws<FlinkTranslationException>(() => Scripts.Of(pipeline));
        Assert.Equal("select(appdb.sales)", error.Place); // where the texts get their order
        Assert.Contains("LISTAGG", error.Message);
    }

    [Fact]
    public void Sinks_of_the_application_are_refused()
    {
        var stream = Pipeline.FromMySqlBinlog(Products).ToView(new View<int, Product>("products"), p => p.Id);
        var error = Assert.Throws<FlinkTranslationException>(() => Scripts.Of(stream.Build("x")));
        Assert.Contains("lives in this application", error.Message);
    }

    [Fact]
    public void A_table_without_primary_key_is_refused()
    {
        var table = SampleTables.Table("appdb.log", [], ("line", DataType.Int32, false, "int"));
        var pipeline = Pipeline.FromMySqlBinlog(_source.Table("appdb.log")).Select(r => new { Line = r.Get<int>("line") }).ToIceberg(Target, r => r.Line).Build("x");
        Assert.Contains("without primary key", Assert.Throws<FlinkTranslationException>(() => Scripts.Of(pipeline, tables: [table])).Message);
    }

    [Fact]
    public void A_start_at_a_position_is_for_pipelines_that_keep_no_rows()
    {
        const string Gtids = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77";
        var replica = Scripts.Of(Pipeline.FromMySqlBinlog(_source.Table("testdb.users")).ToIceberg(Target).Build("x"), o => o.StartAfterGtids = Gtids);
        Assert.Contains($"'scan.startup.mode' = 'specific-offset', 'scan.startup.specific-offset.gtid-set' = '{Gtids}'", replica.Statements.Single(s => s.Contains("mysql-cdc", StringComparison.Ordinal)));
        var joined = Scripts.SalesByProduct(_source).ToIceberg(Target, r => r.ProductId).Build("y");
        var error = Assert.Throws<FlinkTranslationException>(() => Scripts.Of(joined, o => o.StartAfterGtids = Gtids));
        Assert.Equal("join(appdb.sales,appdb.products)", error.Place);
    }

    [Fact]
    public void A_table_is_gone_on_with_where_Flink_deletes_rows_that_it_has_not_seen()
    {
        static FlinkSqlScript Go(ChangeStream<Sale> sales) => Scripts.Of(sales.ToIceberg(Target).Build("x"), o => o.StartAfterGtids = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77");
        Assert.Contains("specific-offset", Go(Pipeline.FromMySqlBinlog(Sales)).ToString());
        Assert.Contains("seen itself", Assert.Throws<FlinkTranslationException>(() => Go(Pipeline.FromMySqlBinlog(Sales).Where(s => s.Qty > 3))).Message);
        var other = Pipeline.FromMySqlBinlog(Sales).ToIceberg(Target, s => s.ProductId).Build("y");
        Assert.Throws<FlinkTranslationException>(() => Scripts.Of(other, o => o.StartAfterGtids = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77"));
    }

    [Fact]
    public void A_start_behind_tagged_gtids_is_refused_and_one_into_new_tables_makes_no_sense()
    {
        Pipeline Replica() => Pipeline.FromMySqlBinlog(_source.Table("testdb.users")).ToIceberg(Target).Build("x");
        const string Tagged = "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77:nightly:1-3";
        Assert.Contains("GTIDs with tags", Assert.Throws<FlinkTranslationException>(() => Scripts.Of(Replica(), o => o.StartAfterGtids = Tagged)).Message);
        Assert.Throws<ArgumentException>(() => Scripts.Of(Replica(), o => (o.StartAfterGtids, o.ReplacesTables) = ("3e11fa47-71ca-11e1-9e33-c80aa9429562:1-77", true)));
    }

    [Fact]
    public void Tables_that_may_be_there_are_written_by_key_and_those_made_anew_are_dropped_first()
    {
        Pipeline Replica() => Pipeline.FromMySqlBinlog(_source.Table("testdb.users")).ToIceberg(Target).Build("x");
        var kept = Scripts.Of(Replica());
        Assert.Contains("`result` /*+ OPTIONS('upsert-enabled' = 'true') */ (", kept.Statements[^1]);
        Assert.Contains(kept.Warnings, w => w.Contains("keeps rows that the source no longer has", StringComparison.Ordinal));
        var replaced = Scripts.Of(Replica(), o => o.ReplacesTables = true);
        Assert.Equal("DROP TABLE IF EXISTS `lake`.`demo`.`result`", replaced.Statements[^3]);
        Assert.DoesNotContain(replaced.Warnings, w => w.Contains("keeps rows", StringComparison.Ordinal));
    }

    [Fact]
    public void Every_table_has_replica_ids_of_its_own()
    {
        var pipeline = Scripts.SalesByProduct(_source).ToIceberg(Target, r => r.ProductId).Build("x");
        var sources = Scripts.Of(pipeline, o => { o.ServerId = 7000; o.Parallelism = 4; }).Statements.Where(s => s.Contains("mysql-cdc", StringComparison.Ordinal)).ToList();
        Assert.Contains("'server-id' = '7000-7003'", sources[0]);
        Assert.Contains("'server-id' = '7004-7007'", sources[1]);
    }

    [Fact]
    public void No_secret_is_printed()
    {
        var script = Scripts.Of(Scripts.SalesByProduct(_source).ToIceberg(Target, r => r.ProductId).Build("x"));
        Assert.DoesNotContain("top-secret", script.ToString() + string.Concat(script.Statements));
        Assert.Contains("'password' = '${MYSQL_PASSWORD}'", script.ToString());
    }

    private static SourceTable Texts(TextCollation collation)
    {
        var schema = new Schema([new Field("id", DataType.Int32, false), new Field("name", DataType.String, false) { Collation = collation }]);
        return new SourceTable("appdb.texts", schema, ["int", "varchar(100)"], [0], new Dictionary<int, string>());
    }
}
