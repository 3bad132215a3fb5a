using System.Globalization;
using CdcLake.Testing.StarRocks.Model;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.StarRocks.Sql;

/// <summary>
/// ALTER TABLE for columns: a job that goes on in the background, one for a table at a time. Its state moves on each time somebody asks for it, as if a second had gone by.
/// </summary>
internal static class Alterations
{
    private static readonly string[] Integers = ["TINYINT", "SMALLINT", "INT", "BIGINT", "LARGEINT"];

    public static SqlResult Run(Cluster cluster, SqlTokens tokens, string? current)
    {
        var table = TableStatements.Find(cluster, tokens, current);
        if (table.Change is { IsOver: false })
        {
            throw new SqlErrorException(SqlError.Analyze($"Table [{table.Name}]'s state is not NORMAL. Do not allow doing ALTER ops"));
        }

        List<TableColumn> columns = [.. table.Columns];
        do
        {
            Clause(cluster, tokens, table, columns);
        }
        while (tokens.Skip(","));
        if (!tokens.IsAtEnd)
        {
            throw new SqlErrorException(SqlError.Syntax(tokens.Any()));
        }

        table.Change = new SchemaChange(cluster.NewId(), table, columns);
        cluster.Changes.Add(table.Change);
        return SqlResult.Done;
    }

    /// <summary><c>SHOW ALTER TABLE COLUMN [FROM db] [WHERE TableName = 't'] [ORDER BY JobId DESC] [LIMIT n]</c>.</summary>
    public static SqlResult Show(Cluster cluster, SqlTokens tokens, string? current)
    {
        var database = tokens.Skip("FROM") ? tokens.Name() : current;
        var name = tokens.Skip("WHERE", "TableName", "=") ? tokens.Literal() : null;
        var isDescending = tokens.Skip("ORDER", "BY", "JobId") && tokens.Skip("DESC");
        var limit = tokens.Skip("LIMIT") ? int.Parse(tokens.Literal(), CultureInfo.InvariantCulture) : int.MaxValue;
        var jobs = cluster.Changes.Where(c => c.Table.Database == database && (name is null || c.Table.Name == name)).ToList();
        var rows = (isDescending ? jobs.AsEnumerable().Reverse() : jobs).Take(limit)
            .Select(j => new[] { j.Id.ToString(CultureInfo.InvariantCulture), j.Table.Name, j.State, j.Message, "N/A", "86400" }).ToList();
        foreach (var job in jobs)
        {
            job.MoveOn(cluster);
        }

        return new SqlResult(["JobId", "TableName", "State", "Msg", "Progress", "Timeout"], rows);
    }

    /// <summary><c>CANCEL ALTER TABLE COLUMN FROM t</c>.</summary>
    public static SqlResult Cancel(Cluster cluster, SqlTokens tokens, string? current)
    {
        tokens.Expect("ALTER", "TABLE", "COLUMN", "FROM");
        var table = TableStatements.Find(cluster, tokens, current);
        if (table.Change is not { IsOver: false } change)
        {
            throw new SqlErrorException(SqlError.Analyze($"Table[{table.Name}] is not under SCHEMA_CHANGE"));
        }

        change.Cancel("user cancelled");
        return SqlResult.Done;
    }

    private static void Clause(Cluster cluster, SqlTokens tokens, Table table, List<TableColumn> columns)
    {
        if (tokens.Skip("ADD", "COLUMN"))
        {
            var added = TableStatements.Column(cluster, tokens);
            if (columns.Exists(c => IsNamed(c, added.Name)))
            {
                throw new SqlErrorException(SqlError.Analyze($"Column name '{added.Name}' is already in table '{table.Name}'"));
            }

            columns.Add(added);
            return;
        }

        var isDrop = tokens.Skip("DROP", "COLUMN");
        if (!isDrop)
        {
            tokens.Expect("MODIFY", "COLUMN");
        }

        var wanted = isDrop ? null : TableStatements.Column(cluster, tokens);
        var name = wanted?.Name ?? tokens.Name();
        var at = columns.FindIndex(c => IsNamed(c, name));
        if (at < 0)
        {
            throw new SqlErrorException(SqlError.Analyze($"Column does not exists: {name}"));
        }

        if (columns[at].IsKey)
        {
            throw new SqlErrorException(SqlError.Analyze($"Can not {(isDrop ? "drop" : "modify")} key column in primary data model table"));
        }

        columns.RemoveAt(at);
        if (wanted is not null)
        {
            columns.Insert(at, wanted);
            Check(table.Find(name)!, wanted);
        }
    }

    private static void Check(TableColumn from, TableColumn to)
    {
        if (from.IsNullable && !to.IsNullable)
        {
            throw new SqlErrorException(SqlError.Analyze("Can not change from nullable to non-nullable"));
        }

        var isWider = Array.IndexOf(Integers, from.Type) is >= 0 and var width && Array.IndexOf(Integers, to.Type) >= width;
        var isPossible = from.Type == to.Type ? to.Length >= from.Length && to.Scale == from.Scale : isWider || (from.Type, to.Type) is
            ("TINYINT" or "SMALLINT" or "INT" or "BIGINT" or "LARGEINT" or "FLOAT" or "DOUBLE" or "DECIMAL" or "DATE", "VARCHAR") or ("DATE", "DATETIME") or ("DATETIME", "DATE") or ("FLOAT", "DOUBLE");
        if (!isPossible)
        {
            throw new SqlErrorException(SqlError.Analyze($"Can not change {from.Type} to {to.Type}"));
        }
    }

    private static bool IsNamed(TableColumn column, string name) => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase);
}
