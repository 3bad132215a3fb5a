using System.Globalization;
using CdcLake.Testing.StarRocks.Model;

namespace CdcLake.Testing.StarRocks.Sql;

/// <summary>Runs the statements that clients of a frontend send; what it does not know is a syntax error, so that nothing passes by accident.</summary>
internal sealed class Statements(Cluster cluster)
{
    /// <summary>Database of the session.</summary>
    public string? Current { get; set; }

    /// <exception cref="SqlErrorException">What a frontend would answer.</exception>
    public SqlResult Run(string statement)
    {
        var tokens = new SqlTokens(statement);
        lock (cluster.Lock)
        {
            return tokens.Any().ToUpperInvariant() switch
            {
                "SELECT" => Selects.Run(cluster, tokens, Current),
                "SHOW" => Show(tokens),
                "SET" => Set(tokens),
                "USE" => Use(tokens.Name()),
                "CREATE" => Create(tokens),
                "DROP" => Drop(tokens),
                "TRUNCATE" => Truncate(tokens),
                "ALTER" => tokens.Skip("TABLE") ? TableStatements.Alter(cluster, tokens, Current) : throw new SqlErrorException(SqlError.Syntax(tokens.Any())),
                var other => throw new SqlErrorException(SqlError.Syntax(other)),
            };
        }
    }

    public SqlResult Use(string database)
    {
        Current = cluster.HasDatabase(database) ? database : throw new SqlErrorException(SqlError.UnknownDatabase(database));
        return SqlResult.Done;
    }

    private SqlResult Create(SqlTokens tokens)
    {
        if (tokens.Skip("TABLE"))
        {
            return TableStatements.Create(cluster, tokens, Current);
        }

        tokens.Expect("DATABASE");
        var lenient = tokens.Skip("IF", "NOT", "EXISTS");
        var name = tokens.Name();
        return cluster.CreateDatabase(name) || lenient ? SqlResult.Done : throw new SqlErrorException(new SqlError(1007, "HY000", $"Can't create database '{name}'; database exists"));
    }

    private SqlResult Drop(SqlTokens tokens)
    {
        tokens.Expect("TABLE");
        var lenient = tokens.Skip("IF", "EXISTS");
        var (database, name) = tokens.TableName(Current);
        return cluster.Drop(database, name) || lenient ? SqlResult.Done : throw new SqlErrorException(SqlError.UnknownTable(database, name));
    }

    private SqlResult Truncate(SqlTokens tokens)
    {
        tokens.Expect("TABLE");
        TableStatements.Find(cluster, tokens, Current).Truncate();
        return SqlResult.Done;
    }

    // Only constants, as far as a frontend takes them.
    private static SqlResult Set(SqlTokens tokens)
    {
        if (tokens.Skip("NAMES"))
        {
            var charset = tokens.Literal();
            return charset.StartsWith("utf8", StringComparison.OrdinalIgnoreCase) ? SqlResult.Done : throw new SqlErrorException(new SqlError(1115, "42000", $"Unknown character set: '{charset}'"));
        }

        tokens.Skip("SESSION");
        var variable = tokens.Name();
        tokens.Expect("=");
        tokens.Literal();
        if (!tokens.IsAtEnd)
        {
            throw new SqlErrorException(SqlError.Analyze("Set statement only support constant expr"));
        }

        return variable.ToLowerInvariant() is "autocommit" or "time_zone" or "query_timeout" or "sql_mode" or "sql_select_limit"
            ? SqlResult.Done
            : throw new SqlErrorException(new SqlError(1193, "HY000", $"Unknown system variable '{variable}'"));
    }

    private SqlResult Show(SqlTokens tokens)
    {
        if (tokens.Skip("DATABASES"))
        {
            return new SqlResult(["Database"], [.. cluster.Databases.Append("information_schema").Select(d => new[] { d })]);
        }

        if (tokens.Skip("TABLES"))
        {
            var database = tokens.Skip("FROM") ? tokens.Name() : Current ?? throw new SqlErrorException(new SqlError(1046, "3D000", "No database selected"));
            return new SqlResult([$"Tables_in_{database}"], [.. cluster.Tables(database).Select(t => new[] { t.Name })]);
        }

        if (tokens.Skip("BACKENDS"))
        {
            return new SqlResult(["BackendId", "IP", "Alive"], [.. Enumerable.Range(10001, cluster.Options.Backends).Select(id => new[] { id.ToString(CultureInfo.InvariantCulture), "127.0.0.1", "true" })]);
        }

        if (tokens.Skip("ALTER", "TABLE", "COLUMN"))
        {
            // Additions are done at once here, as with fast schema evolution.
            tokens.SkipRest();
            return new SqlResult(["JobId", "TableName", "State", "Msg"], []);
        }

        throw new SqlErrorException(SqlError.Syntax(tokens.Any()));
    }
}
