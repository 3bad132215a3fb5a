using System.Collections.Frozen;
using CdcLake.Columnar;
using CdcLake.Columnar.Collations;
using CdcLake.Connectors;

namespace CdcLake.MySql.Tables;

/// <summary>Turns MySQL columns into the description that planner and sinks see; one place for snapshot and log.</summary>
internal static class MySqlColumnDescription
{
    /// <param name="table">Qualified name such as <c>appdb.sales</c>.</param>
    /// <param name="columns">All columns in table order.</param>
    public static SourceTable Describe(string table, IReadOnlyList<MySqlColumn> columns)
    {
        var unsupported = new Dictionary<int, string>();
        for (var i = 0; i < columns.Count; i++)
        {
            if (columns[i].Unsupported is { } reason)
            {
                unsupported.Add(i, $"{columns[i].NativeType}: {reason}");
            }
        }

        return new SourceTable(
            table,
            new Columnar.Schema(columns.Select(FieldOf)),
            [.. columns.Select(c => c.NativeType)],
            [.. Enumerable.Range(0, columns.Count).Where(i => columns[i].KeyOrder > 0).OrderBy(i => columns[i].KeyOrder)],
            unsupported)
        {
            Generated = Enumerable.Range(0, columns.Count).Where(i => columns[i].IsGenerated).ToFrozenSet(),
        };
    }

    private static Field FieldOf(MySqlColumn column) => new(column.Name, column.DataType, column.IsNullable)
    {
        Labels = column.Type == MySqlTypeCode.Enum ? column.Labels : [],
        IsJson = column.Type == MySqlTypeCode.Json,
        Collation = column.DataType.Kind == TypeKind.String && column.Collation.Length > 0 ? TextCollation.Of(column.Collation) : null,
    };
}
