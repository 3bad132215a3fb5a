using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Iceberg;
using CdcLake.Planning;
using CdcLake.Planning.Binding;
using CdcLake.Runtime;
using CdcLake.StarRocks;

namespace CdcLake.Flink.Sql;

/// <summary>Puts a script together: settings, catalogs, sources, sinks, views, and the job.</summary>
internal sealed class ScriptWriter
{
    private const long FirstServerId = 1_500_000_000; // far from the ids that administrators choose, and a signed number as Flink wants it
    private readonly PipelineDefinition _definition;
    private readonly BoundPlan _plan;
    private readonly FlinkSqlOptions _options;
    private readonly Notes _notes = new();
    private readonly Secrets _secrets = new();

    /// <param name="definition">The pipeline.</param>
    /// <param name="plan">Its plan over real tables.</param>
    /// <param name="options">Frozen.</param>
    public ScriptWriter(PipelineDefinition definition, BoundPlan plan, FlinkSqlOptions options) => (_definition, _plan, _options) = (definition, plan, options);

    /// <exception cref="FlinkTranslationException">Flink cannot say something of it.</exception>
    public FlinkSqlScript Write()
    {
        WarnOfSettings();
        var tables = _plan.Captures.Select(c => new SourceTableSql(c, _notes)).ToList();
        var sources = Sources(tables);
        var rows = new PlanSql(_plan, tables, _notes, _options.CompareTextsByBytes);
        var iceberg = new IcebergSql(_options, _secrets, _notes);
        var starRocks = new StarRocksSql(_options, _secrets, _notes);
        var (creates, inserts, ddl) = (new List<string>(), new List<string>(), new List<string>());
        foreach (var (sink, target) in _plan.Sinks.Zip(_definition.Sinks))
        {
            string name;
            switch (target)
            {
                case IcebergSinkTarget { Result: IcebergTable table } lake:
                    (name, var create) = iceberg.Table(sink, table, lake.Table, lake.Settings);
                    creates.AddRange(create);
                    inserts.Add(Insert(name, rows.Rows(sink), sink, (f, _) => IcebergSql.Stored(f.Type)));
                    break;
                case StarRocksSinkTarget cluster:
                    (name, var declared, var statement) = starRocks.Table(sink, cluster, _definition.Name);
                    creates.Add(declared);
                    ddl.Add(statement);
                    inserts.Add(Insert(name, rows.Rows(sink), sink, StarRocksSql.Written));
                    break;
                default:
                    throw new Place(sink.Name, _notes, false).Refuse("the sink", "it lives in this application. Keep it here in a pipeline of its own, over the table that Flink writes");
            }
        }

        return new FlinkSqlScript(_definition.Name, Settings(), [.. iceberg.Statements, .. sources, .. creates, .. rows.Views, Job(inserts)], _secrets.Values)
        {
            Warnings = _notes.Warnings,
            StarRocksStatements = ddl,
        };
    }

    private IEnumerable<string> Sources(List<SourceTableSql> tables)
    {
        if (_definition.Plan.Source is not MySqlSource { Connection: { } connection } source)
        {
            throw new FlinkTranslationException(_definition.Name, $"its source ({_definition.Plan.Source})", "Flink reads servers; files and tables in memory are read by this library alone");
        }

        var start = _options.StartAfterGtids is { } gtids ? MySqlStart.AfterGtids(gtids).Point : source.Options.StartPoint;
        if (start is not null && _plan.Nodes.FirstOrDefault(n => n is not SinkNode && n.State is not null) is { } keeper)
        {
            throw new Place(keeper.Name, _notes, false).Refuse(
                "a start in the middle of the log", $"the operator keeps {keeper.State}, which Flink only learns from a snapshot of the tables. Begin with one, into tables that are made anew ({nameof(FlinkSqlOptions.ReplacesTables)})");
        }

        if (_options.StartAfterGtids is null && source.Options.InitialRows is { } replicas)
        {
            _notes.Warn($"{connection.Endpoint}: the pipeline begins with the rows of {replicas.Name}; Flink reads those of the server.");
        }

        if (_options.StartAfterGtids is not null && _plan.Sinks.FirstOrDefault(s => !KnownRows.AreNotNeeded(s, _plan.Captures)) is { } sink)
        {
            throw new Place(sink.Name, _notes, false).Refuse(
                "a table that is gone on with", $"behind a condition, a union or another key than the source's Flink deletes only rows that it has seen itself. Begin with a snapshot, into tables that are made anew ({nameof(FlinkSqlOptions.ReplacesTables)})");
        }

        var connector = new MySqlCdcOptions(connection, start, _options, _secrets, _notes);
        var first = _options.ServerId ?? FirstServerId + (long.Parse(NodeFactory.Hash(_definition.Name).AsSpan(0, 6), NumberStyles.HexNumber, CultureInfo.InvariantCulture) * 16);
        return [.. tables.Select((t, i) => t.Create(connector.For(t, first + ((long)i * _options.Parallelism))))];
    }

    private static string Insert(string target, Query rows, SinkNode sink, Func<Field, bool, DataType> type)
    {
        var names = SchemaNames.Of(sink.Schema);
        var written = rows with
        {
            Columns = [.. rows.Columns.Select((c, i) => (IReadOnlyList<SqlValue>)[c[0].To(type(sink.Schema[i], sink.Key.Contains(i)))])],
        };
        return $"INSERT INTO {target} ({string.Join(", ", names.Select(FlinkText.Name))}) {written.Select(names)}";
    }

    private static string Job(List<string> inserts) => inserts.Count == 1 ? inserts[0] : $"EXECUTE STATEMENT SET BEGIN {string.Join("; ", inserts)}; END";

    private Dictionary<string, string> Settings()
    {
        var interval = _options.CheckpointInterval ?? TimeSpan.FromTicks(Math.Max(_definition.Options.CheckpointInterval.Ticks, TimeSpan.TicksPerSecond));
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["execution.runtime-mode"] = "streaming",
            ["execution.checkpointing.interval"] = FlinkSqlOptions.Milliseconds(interval),
            ["execution.checkpointing.mode"] = "EXACTLY_ONCE",
            ["execution.checkpointing.externalized-checkpoint-retention"] = "RETAIN_ON_CANCELLATION",
            ["table.local-time-zone"] = "UTC",
            ["table.exec.sink.not-null-enforcer"] = "ERROR",
            ["table.exec.sink.upsert-materialize"] = _plan.Sinks.Any(s => UpdateHalves.MayPart(s.Input)) ? "FORCE" : "AUTO",
            ["parallelism.default"] = _options.Parallelism.ToString(CultureInfo.InvariantCulture),
            ["pipeline.name"] = _definition.Name,
        };
        if (_options.Version >= new Version(2, 3))
        {
            settings["table.exec.sink.require-on-conflict"] = "false";
        }

        foreach (var (name, value) in _options.Settings)
        {
            settings[name] = value;
        }

        return settings;
    }

    private void WarnOfSettings()
    {
        _notes.Warn("each sink shows a checkpoint of its own, and a transaction of the source may be seen in part, in one table before another; embedded, all of them are at one GTID set.");
        if (_options is { ReplacesTables: false, StartAfterGtids: null } && _definition.Sinks.Any(s => s is IcebergSinkTarget))
        {
            _notes.Warn($"a table that is there already keeps rows that the source no longer has: write into new tables, or set {nameof(FlinkSqlOptions.ReplacesTables)}.");
        }

        foreach (var sink in _plan.Sinks.Where(s => UpdateHalves.MayPart(s.Input)))
        {
            _notes.Warn($"{sink.Name}: Flink keeps the rows of the result in its state (table.exec.sink.upsert-materialize), without which rows that a condition or a join drops after an update would stay in the table.");
        }

        if (_options.Settings.ContainsKey("table.exec.state.ttl"))
        {
            _notes.Warn("table.exec.state.ttl forgets rows that were idle for so long: sums begin anew, and joins miss partners.");
        }

        if (_options.Settings.TryGetValue("table.local-time-zone", out var zone) && zone != "UTC")
        {
            throw new ArgumentException("table.local-time-zone has to be UTC: times are computed in it, as the pipeline does.");
        }

        if (_options.Version >= new Version(2, 0))
        {
            _notes.Warn("connectors of mysql-cdc, Iceberg and StarRocks do not meet in one release of Flink 2: the script was never run there.");
        }

        foreach (var capture in _plan.Captures.Where(c => c.ReadsAll))
        {
            _notes.Warn($"{capture.Table.Name}: columns that are added later do not come along; write the script anew and restart the job from a savepoint.");
        }
    }
}
