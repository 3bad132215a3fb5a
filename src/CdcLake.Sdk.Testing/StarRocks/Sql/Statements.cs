using System.Globalization;
using CdcLake.Testing.StarRocks.Model;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.StarRocks.Sql;

/// <summary>Runs the statements that clients of a frontend send; what it does not know is a syntax error, so that nothing passes by accident.</summary>
internal sealed class Statements(Cluster cluster)
{
    /// <summary>Database of the session.</summary>
    public string? Current { get; set; }

    /// <summary>Whether its user may create databases and tables.</summary>
    public bool MayCreate { get; init; } = true;

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
                "ALTER" => tokens.Skip("TABLE") ? Alterations.Run(cluster, tokens, Current) : throw new SqlErrorException(SqlError.Syntax(tokens.Any())),
                "CANCEL" => Alterations.Cancel(cluster, tokens, Current),
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
        if (!MayCreate)
        {
            var (what, where) = tokens.Peek == "TABLE" ? ("TABLE", "DATABASE") : ("DATABASE", "CATALOG");
            throw new SqlErrorException(new SqlError(5203, "42000", $"Access denied; you need (at least one of) the CREATE {what} privilege(s) on {where} for this operation. Please ask the admin to grant permission(s) or try activating existing roles using <set [default] role>."));
        }

        if (tokens.Skip("TABLE"))
        {
            return TableStatements.Create(cluster, tokens, Current);
        }

        if (tokens.Skip("EXTERNAL", "CATALOG"))
        {
            return ExternalCatalogs.Create(cluster, tokens);
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

        do
        {
            tokens.Skip("SESSION");
            var variable = tokens.Name();
            if (!SessionVariables.Has(variable))
            {
                throw new SqlErrorException(new SqlError(1193, "HY000", $"Unknown system variable '{variable}'"));
            }

            tokens.Expect("=");
            tokens.Literal();
        }
        while (tokens.Skip(","));
        return tokens.IsAtEnd ? SqlResult.Done : throw new SqlErrorException(SqlError.Analyze("Set statement only support constant expr"));
    }

    private SqlResult Show(SqlTokens tokens)
    {
        if (tokens.Skip("DATABASES"))
        {
            return new SqlResult(["Database"], [.. cluster.Databases.Append("information_schema").Select(d => new[] { d })]);
        }

        if (tokens.Skip("VARIABLES") || tokens.Skip("SESSION", "VARIABLES"))
        {
            return SessionVariables.Show(tokens);
        }

        if (tokens.Skip("WARNINGS"))
        {
            return new SqlResult(["Level", "Code", "Message"], []);
        }

        if (tokens.Skip("TABLES"))
        {
            var database = tokens.Skip("FROM") ? tokens.Name() : Current ?? throw new SqlErrorException(new SqlError(1046, "3D000", "No database selected"));
            return new SqlResult([$"Tables_in_{database}"], [.. cluster.Tables(database).Select(t => new[] { t.Name })]);
        }

        if (tokens.Skip("CATALOGS"))
        {
            return new SqlResult(
                ["Catalog", "Type", "Comment"], [["default_catalog", "Internal", "An internal catalog contains this cluster's self-managed tables."], .. cluster.ExternalCatalogs.Select(c => new[] { c.Key, "Iceberg", c.Value })]);
        }

        if (tokens.Skip("BACKENDS"))
        {
            return new SqlResult(["BackendId", "IP", "Alive"], [.. Enumerable.Range(0, cluster.Options.Backends).Select(b => new[] { (b + 10001).ToString(CultureInfo.InvariantCulture), "127.0.0.1", cluster.IsDown(b) ? "false" : "true" })]);
        }

        if (tokens.Skip("ALTER", "TABLE", "COLUMN"))
        {
            return Alterations.Show(cluster, tokens, Current);
        }

        throw new SqlErrorException(SqlError.Syntax(tokens.Any()));
    }
}
