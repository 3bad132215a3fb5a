using System.Text;
using CdcLake.MySql.Tables;

namespace CdcLake.Testing.MySql.Sql;

/// <summary>What a statement answers: rows of stored values with the columns that they are of; no columns for a statement without rows.</summary>
/// <param name="Columns">How values are written.</param>
/// <param name="Rows">Stored values.</param>
internal sealed record QueryResult(IReadOnlyList<MySqlColumn> Columns, IReadOnlyList<object?[]> Rows)
{
    /// <summary>OK.</summary>
    public static QueryResult Done { get; } = new([], []);

    /// <summary>Rows of text.</summary>
    public static QueryResult Text(IReadOnlyList<string> columns, IEnumerable<IEnumerable<string?>> rows) =>
        new([.. columns.Select(TextColumn)], [.. rows.Select(r => r.Select(v => v is null ? null : (object)Encoding.UTF8.GetBytes(v)).ToArray())]);

    /// <summary>One row of text.</summary>
    public static QueryResult One(string column, string? value) => Text([column], [[value]]);

    /// <summary>A column of text as information_schema has them.</summary>
    public static MySqlColumn TextColumn(string name) =>
        new MySqlColumn(name, MySqlTypeCode.VarChar, 1024, 0, false, "utf8mb4", [], true, 0) with { Collation = "utf8mb4_0900_ai_ci" };
}
