using System.Globalization;
using CdcLake.Columnar;
using CdcLake.Planning;
using CdcLake.StarRocks;
using CdcLake.StarRocks.Ddl;

namespace CdcLake.Flink.Sql;

/// <summary>Tables of StarRocks' Flink connector. Source: StarRocks, "Load data from Apache Flink", connector 1.2.</summary>
/// <param name="options">Of the script.</param>
/// <param name="secrets">Takes passwords.</param>
/// <param name="notes">Takes warnings.</param>
internal sealed class StarRocksSql(FlinkSqlOptions options, Secrets secrets, Notes notes)
{
    // The types that a table gets do not depend on a newer version.
    private static readonly ServerVersion Version = ServerVersion.Parse("3.3.0");

    /// <summary>Declares a table, which has to exist in StarRocks.</summary>
    /// <param name="sink">The sink.</param>
    /// <param name="target">Its table.</param>
    /// <param name="pipeline">Name of the pipeline, by which loads are labelled.</param>
    /// <returns>Its name in the session, the statement that declares it, and the one by which StarRocks makes it.</returns>
    /// <exception cref="FlinkTranslationException">The connector cannot write a column.</exception>
    public (string Name, string Create, string Ddl) Table(SinkNode sink, StarRocksSinkTarget target, string pipeline)
    {
        var place = new Place(sink.Name, notes, ComparesByBytes: false);
        foreach (var field in sink.Schema.Fields)
        {
            var reason = field.Type.Kind switch
            {
                TypeKind.Binary => "StarRocks' connector writes no binary values: it takes them for numbers. Convert the column to text in the query",
                TypeKind.Time => "StarRocks shows a TIME as text, which Flink SQL does not write. Compute a number: t.TotalSeconds",
                _ => null,
            };
            if (reason is not null)
            {
                throw place.Refuse($"column \"{field.Name}\" ({field.Type})", reason);
            }
        }

        var name = $"sink_{target.Table.Database}_{target.Table.Table}";
        var columns = sink.Schema.Fields.Select((f, i) => $"{FlinkText.Name(f.Name)} {FlinkTypes.Text(Written(f, sink.Key.Contains(i)))}{(sink.Key.Contains(i) || !f.Nullable ? " NOT NULL" : "")}");
        var key = string.Join(", ", sink.Key.Select(k => FlinkText.Name(sink.Schema[k].Name)));
        return (
            FlinkText.Name(name),
            $"CREATE TEMPORARY TABLE {FlinkText.Name(name)} ({string.Join(", ", columns)}, PRIMARY KEY ({key}) NOT ENFORCED) WITH ({FlinkText.Options(Options(target, pipeline))})",
            TargetTable.For(target.Table, sink.Schema, sink.Key, Version).CreateStatement(target.Options, null));
    }

    /// <summary>What is written of a column: a decimal in the key is text, since StarRocks takes no decimal there, and an instant is the local time of UTC.</summary>
    public static DataType Written(Field field, bool isKey) => field.Type.Kind switch
    {
        TypeKind.Decimal when isKey => DataType.String,
        TypeKind.Timestamp => DataType.DateTime(field.Type.Scale),
        _ => field.Type,
    };

    private (string Name, string Value)[] Options(StarRocksSinkTarget target, string pipeline)
    {
        var connection = target.Cluster.Connection;
        var access = connection.Frontend.Access;
        return
        [
            ("connector", "starrocks"),
            ("jdbc-url", $"jdbc:mysql://{string.Join(',', access.Hosts.Select(access.EndpointOf))}"),
            ("load-url", string.Join(';', connection.LoadAddresses.Select(a => a.Authority))),
            ("database-name", target.Table.Database),
            ("table-name", target.Table.Table),
            ("username", access.User),
            ("password", secrets.Place("STARROCKS_PASSWORD", access.Password)),
            ("sink.version", "V2"),
            ("sink.semantic", "exactly-once"),
            ("sink.label-prefix", $"{pipeline}_{target.Table.Table}".Replace('-', '_')),
            ("sink.buffer-flush.interval-ms", Math.Max(1000, (long)(options.CheckpointInterval ?? TimeSpan.FromMinutes(1)).TotalMilliseconds).ToString(CultureInfo.InvariantCulture)),
            ("sink.ignore.update-before", "true"),
            ("sink.parallelism", "1"),
            ("sink.properties.format", "json"),
            ("sink.properties.strip_outer_array", "true"),
            ("sink.properties.strict_mode", "true"),
            ("sink.properties.max_filter_ratio", "0"),
        ];
    }
}
