using System.Globalization;
using System.Text;
using CdcLake.Columnar;

namespace CdcLake.StarRocks.Ddl;

/// <summary>A column that a sink fills.</summary>
/// <param name="Name">As StarRocks has it.</param>
/// <param name="Type">What it holds there.</param>
/// <param name="IsNullable">Whether it holds NULL.</param>
/// <param name="IsKey">Part of the primary key.</param>
internal sealed record TargetColumn(string Name, TargetType Type, bool IsNullable, bool IsKey);

/// <summary>A table that a sink fills.</summary>
/// <param name="Name">Where it is.</param>
/// <param name="Columns">In the order of the result's columns.</param>
/// <param name="Key">Ordinals of the primary key in key order.</param>
internal sealed record TargetTable(TableName Name, IReadOnlyList<TargetColumn> Columns, IReadOnlyList<int> Key)
{
    /// <summary>True where rows have to go as CSV: there is no way for bytes in JSON.</summary>
    public bool NeedsCsv => Columns.Any(c => c.Type.Name == "VARBINARY");

    /// <summary>The table as it would be created for a result.</summary>
    /// <exception cref="UnsupportedTypeException">StarRocks has no such column, or none that may be a key.</exception>
    public static TargetTable For(TableName name, Schema schema, IReadOnlyList<int> key, ServerVersion version) => new(
        name,
        [.. schema.Fields.Select((f, i) => new TargetColumn(f.Name, TargetType.Of(f, key.Contains(i), version, name), f.Nullable && !key.Contains(i), key.Contains(i)))],
        key);

    /// <summary>The statement that creates it; key columns come first, as StarRocks demands.</summary>
    public string CreateStatement(StarRocksTableOptions options, string? comment)
    {
        var text = new StringBuilder($"CREATE TABLE IF NOT EXISTS {Name.Quoted} (");
        foreach (var i in Key.Concat(Enumerable.Range(0, Columns.Count).Except(Key)))
        {
            var column = Columns[i];
            text.Append(text[^1] == '(' ? "" : ", ").Append(CultureInfo.InvariantCulture, $"{SqlText.Name(column.Name)} {column.Type}{(column.IsNullable ? " NULL" : " NOT NULL")}");
        }

        var keys = string.Join(", ", Key.Select(k => SqlText.Name(Columns[k].Name)));
        text.Append(CultureInfo.InvariantCulture, $") ENGINE=OLAP PRIMARY KEY ({keys})");
        text.Append(comment is null ? "" : $" COMMENT {SqlText.Quoted(comment)}");
        text.Append(CultureInfo.InvariantCulture, $" DISTRIBUTED BY HASH({keys})");
        text.Append(options.Buckets is { } buckets ? string.Create(CultureInfo.InvariantCulture, $" BUCKETS {buckets}") : "");
        var properties = options.Properties.Select(p => (p.Key, p.Value)).ToList();
        if (options.ReplicationNum is { } copies)
        {
            properties.Insert(0, ("replication_num", copies.ToString(CultureInfo.InvariantCulture)));
        }

        return text.Append(properties.Count == 0 ? "" : $" PROPERTIES ({string.Join(", ", properties.Select(p => $"{SqlText.Quoted(p.Key)} = {SqlText.Quoted(p.Value)}"))})").ToString();
    }
}
