using CdcLake.Connectors;

namespace CdcLake.MySql.Tables;

/// <summary>A table as information_schema describes it now.</summary>
/// <param name="Name">As the server spells it.</param>
/// <param name="Engine">Storage engine such as <c>InnoDB</c>.</param>
/// <param name="Columns">All columns, invisible ones included, in table order.</param>
/// <param name="Key">Ordinals of the primary key, else of the first unique key without nullable columns; empty when there is neither.</param>
internal sealed record TableDefinition(MySqlTableName Name, string Engine, IReadOnlyList<MySqlColumn> Columns, IReadOnlyList<int> Key)
{
    /// <summary>True when views of several tables are exact at one moment.</summary>
    public bool IsTransactional => Engine.Equals("InnoDB", StringComparison.OrdinalIgnoreCase);

    /// <summary>Character set of text columns that are added without one; null when it is not known.</summary>
    public string? Charset { get; init; }

    /// <summary>How rows that the log has in part are completed; null where the defaults of its columns were not read.</summary>
    public RowCompletion? Completion => Columns.All(c => c.Default is not null)
        ? new RowCompletion(Key, [.. Columns.Select(c => c.Default!.Value.Text ?? "")], [.. Columns.Select(c => c.Default!.Value.Of(c))])
        : null;

    /// <summary>The description for planner and sinks, under the name by which the table was asked for.</summary>
    public SourceTable Describe(string name) => MySqlColumnDescription.Describe(name, Columns) with { Charset = Charset, Completion = Completion };
}
