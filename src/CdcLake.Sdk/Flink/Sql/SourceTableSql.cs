using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.MySql.Tables;

namespace CdcLake.Flink.Sql;

// MySQL                        declared for mysql-cdc       read as
//
// TIMESTAMP(f)                 TIMESTAMP(f)                 an instant: the connector gives the local time of server-time-zone, which is UTC here
// TIME(f)                      BIGINT                       microseconds, as the connector has them inside
// YEAR                         INT
// SET, DECIMAL(p > 38)         STRING
// all else                     what FlinkTypes says
//
// Source: Flink CDC 3.5, "MySQL CDC connector", "Data Type Mapping", and what the connector was seen to do.

/// <summary>A captured table as a table of Flink's mysql-cdc connector.</summary>
internal sealed class SourceTableSql
{
    private readonly TableCapture _capture;
    private readonly IReadOnlyList<int> _columns;
    private readonly MySqlTableName _table;

    /// <exception cref="FlinkTranslationException">The connector reads the table, or a column, with another meaning.</exception>
    public SourceTableSql(TableCapture capture, Notes notes)
    {
        _capture = capture;
        _table = MySqlTableName.Parse(capture.Table.Name, null);
        var place = new Place(capture.Table.Name, notes, ComparesByBytes: false);
        if (capture.Table.PrimaryKey.Count == 0)
        {
            throw place.Refuse("a table without primary key", "Flink's mysql-cdc reads such a table at least once: rows may be doubled. Give it a primary key; an invisible column will do");
        }

        _columns = [.. capture.Columns.Union(capture.Table.PrimaryKey).Order()];
        foreach (var column in _columns)
        {
            Require(place, capture.Table, column);
        }
    }

    /// <summary>Its name in the session.</summary>
    public string Name => $"src_{_table.Database}_{_table.Table}";

    /// <summary>What queries call it.</summary>
    public string Alias => _table.Table;

    public MySqlTableName Table => _table;

    /// <summary>True with columns whose year may have less than four digits.</summary>
    public bool HasDates => _columns.Any(c => _capture.Table.Schema[c].Type.Kind is TypeKind.Date or TypeKind.DateTime);

    /// <summary>The captured columns as values of the plan's types.</summary>
    public IEnumerable<SqlValue> Read(string alias) => _capture.Columns.Select(c => Read(FlinkText.Names(alias, _capture.Table.Schema[c].Name), c));

    /// <summary>The statement that declares it.</summary>
    /// <param name="options">Of the connector.</param>
    public string Create(IEnumerable<(string Name, string Value)> options)
    {
        var schema = _capture.Table.Schema;
        var columns = _columns.Select(c => $"{FlinkText.Name(schema[c].Name)} {FlinkTypes.Text(Declared(c))}{(schema[c].Nullable && !_capture.Table.PrimaryKey.Contains(c) ? "" : " NOT NULL")}");
        var key = string.Join(", ", _capture.Table.PrimaryKey.Select(k => FlinkText.Name(schema[k].Name)));
        return $"CREATE TEMPORARY TABLE {FlinkText.Name(Name)} ({string.Join(", ", columns)}, PRIMARY KEY ({key}) NOT ENFORCED) WITH ({FlinkText.Options(options)})";
    }

    private SqlValue Read(string text, int column)
    {
        var value = new SqlValue(text, FlinkTypes.Of(Declared(column)), SqlForm.Column);
        var type = _capture.Table.Schema[column].Type;
        return value.Type == FlinkTypes.Of(type) ? value : value.Cast(type);
    }

    private DataType Declared(int column)
    {
        var type = _capture.Table.Schema[column].Type;
        return type.Kind == TypeKind.Timestamp ? DataType.DateTime(type.Scale)
            : Is(_capture.Table.NativeTypes[column], "year") ? DataType.Int32
            : type;
    }

    private static void Require(Place place, SourceTable table, int column)
    {
        var (field, native) = (table.Schema[column], table.NativeTypes[column]);
        var construct = $"column {field.Name} ({native})";
        if (Is(native, "bit") && field.Type.Kind != TypeKind.Boolean)
        {
            throw place.Refuse(construct, "mysql-cdc gives bits as bytes, the lowest first, of which Flink SQL makes no number. Use an integer column");
        }

        if (SpatialTypes.Any(t => Is(native, t)))
        {
            throw place.Refuse(construct, "mysql-cdc gives geometries as JSON, the pipeline as WKB. Leave the column out with Select");
        }

        if (Is(native, "vector"))
        {
            throw place.Refuse(construct, "mysql-cdc does not know the type. Leave the column out with Select");
        }

        if (field.Type.Kind == TypeKind.String && (Is(native, "date") || Is(native, "datetime") || Is(native, "timestamp")))
        {
            throw place.Refuse(construct, $"its invalid dates are kept as text ({nameof(InvalidDates)}.{nameof(InvalidDates.Text)}), and mysql-cdc gives NULL for them");
        }

        if (field.Type.Kind == TypeKind.Float32)
        {
            place.Warn($"{construct}: rows of the initial snapshot have the six digits that the server prints of it in Flink; changed rows have all.");
        }

        if (Is(native, "year"))
        {
            place.Warn($"{construct}: the year 0000 is 2000 in Flink.");
        }

        if (field.Type is { Kind: TypeKind.Time, Scale: > 0 })
        {
            place.Warn($"{construct}: times between -1 second and 0 lose their sign in Flink.");
        }

        if (Is(native, "json"))
        {
            place.Warn($"{construct}: the text of changed rows has no spaces between its parts in Flink, that of the initial snapshot has; the value is the same.");
        }

        if (field.Type.Kind is TypeKind.Date or TypeKind.DateTime or TypeKind.Timestamp)
        {
            place.Warn("dates that no calendar has, such as 0000-00-00, are NULL in Flink; here they are what InvalidDates says.");
        }
    }

    private static readonly string[] SpatialTypes =
        ["geometry", "point", "linestring", "polygon", "multipoint", "multilinestring", "multipolygon", "geometrycollection", "geomcollection"];

    private static bool Is(string native, string type) =>
        native.StartsWith(type, StringComparison.OrdinalIgnoreCase) && (native.Length == type.Length || !char.IsAsciiLetter(native[type.Length]));
}
