using System.Globalization;
using CdcLake.Testing.StarRocks.Model;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.StarRocks.Sql;

/// <summary>CREATE TABLE and what else is done to tables, with the checks of a real frontend.</summary>
internal static class TableStatements
{
    private static readonly string[] KeyTypes = ["BOOLEAN", "TINYINT", "SMALLINT", "INT", "BIGINT", "LARGEINT", "VARCHAR", "DATE", "DATETIME"];
    private static readonly string[] Types = [.. KeyTypes, "CHAR", "FLOAT", "DOUBLE", "DECIMAL", "JSON", "VARBINARY"];

    public static SqlResult Create(Cluster cluster, SqlTokens tokens, string? current)
    {
        var lenient = tokens.Skip("IF", "NOT", "EXISTS");
        var (database, name) = tokens.TableName(current);
        tokens.Expect("(");
        var columns = new List<TableColumn>();
        do
        {
            columns.Add(Column(cluster, tokens));
        }
        while (tokens.Skip(","));
        tokens.Expect(")");
        tokens.Skip("ENGINE", "=", "OLAP");
        var (keysType, keys) = Keys(tokens, columns);
        var comment = tokens.Skip("COMMENT") ? tokens.Literal() : null;
        if (tokens.Skip("DISTRIBUTED", "BY", "HASH"))
        {
            Names(tokens);
            if (tokens.Skip("BUCKETS"))
            {
                tokens.Literal();
            }
        }

        if (tokens.Skip("ORDER", "BY"))
        {
            Names(tokens);
        }

        CheckProperties(cluster, tokens);
        if (!cluster.HasDatabase(database))
        {
            throw new SqlErrorException(SqlError.UnknownDatabase(database));
        }

        if (cluster.FindTable(database, name) is not null)
        {
            return lenient ? SqlResult.Done : throw new SqlErrorException(new SqlError(1050, "42S01", $"Table '{name}' already exists"));
        }

        cluster.Add(new Table(database, name, keysType, [.. columns.Select(c => c with { IsKey = keys.Contains(c.Name) })]) { Comment = comment });
        return SqlResult.Done;
    }

    public static Table Find(Cluster cluster, SqlTokens tokens, string? current)
    {
        var (database, name) = tokens.TableName(current);
        return cluster.FindTable(database, name)
            ?? throw new SqlErrorException(cluster.HasDatabase(database) ? SqlError.UnknownTable(database, name) : SqlError.UnknownDatabase(database));
    }

    public static TableColumn Column(Cluster cluster, SqlTokens tokens)
    {
        var name = tokens.Name();
        var type = tokens.Name().ToUpperInvariant();
        type = type == "STRING" ? "VARCHAR" : type.StartsWith("DECIMAL", StringComparison.Ordinal) ? "DECIMAL" : type;
        if (!Types.Contains(type) || (type == "VARBINARY" && !cluster.Release.HasVarbinary))
        {
            throw new SqlErrorException(SqlError.Syntax(type));
        }

        var (length, scale) = (type is "VARCHAR" ? 65533L : 0, 0);
        if (tokens.Skip("("))
        {
            length = long.Parse(tokens.Literal(), CultureInfo.InvariantCulture);
            scale = tokens.Skip(",") ? int.Parse(tokens.Literal(), CultureInfo.InvariantCulture) : 0;
            tokens.Expect(")");
        }

        CheckLength(cluster, name, type, length, scale);
        var isNullable = !tokens.Skip("NOT", "NULL");
        tokens.Skip("NULL");
        if (tokens.Skip("DEFAULT"))
        {
            tokens.Literal();
        }

        if (tokens.Skip("COMMENT"))
        {
            tokens.Literal();
        }

        return new TableColumn(name, type, length, scale, isNullable, IsKey: false);
    }

    private static void CheckLength(Cluster cluster, string name, string type, long length, int scale)
    {
        if (type == "VARCHAR" && length > cluster.Release.MaxVarcharBytes)
        {
            throw new SqlErrorException(SqlError.Analyze($"Varchar size must be <= {cluster.Release.MaxVarcharBytes}: {length}"));
        }

        if (type == "DECIMAL" && (length > cluster.Release.MaxDecimalPrecision || length < 1 || scale > length))
        {
            throw new SqlErrorException(SqlError.Analyze($"Invalid decimal type of column '{name}': precision of DECIMAL must be in [1, {cluster.Release.MaxDecimalPrecision}], but {length} was given"));
        }
    }

    private static (string KeysType, HashSet<string> Keys) Keys(SqlTokens tokens, List<TableColumn> columns)
    {
        var keysType = tokens.Peek is "PRIMARY" or "DUPLICATE" or "AGGREGATE" or "UNIQUE" ? tokens.Name().ToUpperInvariant() : "DUPLICATE";
        var keys = tokens.Skip("KEY") ? Names(tokens) : [columns[0].Name];
        for (var i = 0; i < keys.Count; i++)
        {
            if (i >= columns.Count || !columns[i].Name.Equals(keys[i], StringComparison.OrdinalIgnoreCase))
            {
                throw new SqlErrorException(SqlError.Analyze("Key columns must be the first few columns of the schema and the order  of the key columns must be consistent with the order of the schema"));
            }

            if (keysType == "PRIMARY" && (columns[i].IsNullable || !KeyTypes.Contains(columns[i].Type)))
            {
                throw new SqlErrorException(SqlError.Analyze(columns[i].IsNullable
                    ? $"primary key column[{keys[i]}] cannot be nullable"
                    : $"Invalid data type of key column '{keys[i]}': '{columns[i].TypeText}'"));
            }
        }

        return (keysType, keys.ToHashSet(StringComparer.OrdinalIgnoreCase));
    }

    private static List<string> Names(SqlTokens tokens)
    {
        tokens.Expect("(");
        var names = new List<string> { tokens.Name() };
        while (tokens.Skip(","))
        {
            names.Add(tokens.Name());
        }

        tokens.Expect(")");
        return names;
    }

    private static void CheckProperties(Cluster cluster, SqlTokens tokens)
    {
        const int UsualCopies = 3;
        var replicas = UsualCopies;
        if (tokens.Skip("PROPERTIES"))
        {
            tokens.Expect("(");
            do
            {
                var key = tokens.Literal();
                tokens.Expect("=");
                var value = tokens.Literal();
                if (key is not ("replication_num" or "enable_persistent_index" or "fast_schema_evolution" or "compression" or "bucket_size" or "replicated_storage"))
                {
                    throw new SqlErrorException(SqlError.Analyze($"Unknown properties: {{{key}={value}}}"));
                }

                replicas = key == "replication_num" ? int.Parse(value, CultureInfo.InvariantCulture) : replicas;
            }
            while (tokens.Skip(","));
            tokens.Expect(")");
        }

        if (!tokens.IsAtEnd)
        {
            throw new SqlErrorException(SqlError.Syntax(tokens.Any()));
        }

        if (replicas > cluster.LivingBackends.Count())
        {
            throw new SqlErrorException(new SqlError(1064, "42000", $"Unexpected exception: Table replication num should be less than of equal to the number of available BE nodes. You can change this default by setting the replication_num table properties. Current alive backend is [{string.Join(',', cluster.LivingBackends.Select(b => b + 10001))}]. , table=t, default_replication_num=3."));
        }
    }
}
