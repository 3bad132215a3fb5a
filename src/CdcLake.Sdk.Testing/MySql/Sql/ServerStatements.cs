using System.Globalization;
using CdcLake.Testing.Tables;
using CdcLake.Testing.Wire;

namespace CdcLake.Testing.MySql.Sql;

/// <summary>Runs the statements of one session that readers of a log and of tables send; what it does not know is a syntax error, so that nothing passes by accident.</summary>
/// <param name="server">What it runs on.</param>
/// <param name="connection">Number of the session.</param>
internal sealed class ServerStatements(ServerState server, int connection) : ISqlFunctions
{
    private static readonly Version RenamedLogStatus = new(8, 2);
    private static readonly Version RenamedReplica = new(8, 0, 22);
    private static readonly Version WithoutOldNames = new(8, 4);
    private readonly Dictionary<string, string> _user = new(StringComparer.OrdinalIgnoreCase);
    private MemoryDatabase? _view;

    /// <summary>Database of the session.</summary>
    public string? Current { get; set; }

    /// <summary>Text goes out in the character set of its column: <c>character_set_results=NULL</c>.</summary>
    public bool KeepsCharsets { get; private set; }

    /// <summary>A variable that the session has set for itself, without the at-sign; null when it has not.</summary>
    public string? UserVariable(string name) => _user.GetValueOrDefault(name);

    /// <param name="statement">Text.</param>
    /// <param name="onlyColumns">For a statement that is prepared: no rows are read.</param>
    /// <exception cref="SqlErrorException">What a server would answer.</exception>
    public QueryResult Run(string statement, bool onlyColumns = false)
    {
        var tokens = new SqlTokens(statement);
        try
        {
            return tokens.Any().ToUpperInvariant() switch
            {
                "SELECT" when statement.Contains("performance_schema.variables_by_thread", StringComparison.OrdinalIgnoreCase) => QueryResult.Text(["VARIABLE_NAME", "VARIABLE_VALUE", "COUNT(*)", "who", "id"], []),
                "SELECT" => Select(tokens, onlyColumns),
                "SHOW" => Show(tokens),
                "EXPLAIN" => QueryResult.Text(["id", "select_type", "table", "type", "Extra"], [["1", "SIMPLE", "t", "index", null]]),
                "SET" => Set(tokens),
                "DO" => QueryResult.Done,
                "USE" => Use(tokens.Name()),
                "START" or "BEGIN" => Begin(tokens),
                "COMMIT" => End(),
                "ROLLBACK" => tokens.Skip("TO") ? QueryResult.Done : End(),
                "SAVEPOINT" or "RELEASE" => QueryResult.Done,
                "XA" when tokens.Skip("RECOVER") => QueryResult.Text(["formatID", "gtrid_length", "bqual_length", "data"], []),
                "KILL" => tokens.Skip("QUERY") ? QueryResult.Done : Kill(tokens),
                var other => throw new SqlErrorException(SqlError.Syntax(other)),
            };
        }
        catch (SqlErrorException error) when (error.Error.Code == 1064)
        {
            throw new SqlErrorException(new SqlError(1064, "42000", $"You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '{tokens.Rest}' at line 1"));
        }
    }

    /// <exception cref="SqlErrorException">There is no such database.</exception>
    public QueryResult Use(string database)
    {
        Current = SchemaTables.HasDatabase(server.Database, database) ? database : throw new SqlErrorException(SqlError.UnknownDatabase(database));
        return QueryResult.Done;
    }

    public string? Variable(string name) => UserVariable(name) ?? (ServerVariables.Find(server, name) is { } value ? value : ServerVariables.IsOfSession(name) ? "" : null);

    public Func<object?>? Function(string name, IReadOnlyList<object?> arguments)
    {
        var text = arguments.Count > 0 ? SqlValue.Print(arguments[0]) ?? "" : "";
        return name switch
        {
            "CONNECTION_ID" => () => (decimal)connection,
            "VERSION" => () => Text(server.Options.Version),
            "CURRENT_USER" => () => Text($"{server.Options.User}@%"),
            "DATABASE" => () => Current is { } current ? Text(current) : null,
            "UTC_TIMESTAMP" or "NOW" => () => server.Options.TimeProvider.GetUtcNow().UtcDateTime,
            "IS_USED_LOCK" => () => server.HolderOf(text) is { } holder ? (decimal)holder : null,
            "IS_FREE_LOCK" => () => server.HolderOf(text) is null ? 1m : 0m,
            "RELEASE_LOCK" => () => server.Release(text, connection) ? 1m : 0m,
            _ => null,
        };

        static SqlText Text(string value) => new(System.Text.Encoding.UTF8.GetBytes(value), null);
    }

    private QueryResult Select(SqlTokens tokens, bool onlyColumns)
    {
        var result = SelectStatement.Run(tokens, name => SchemaTables.Find(server, _view ?? server.Database, name) is var table && onlyColumns ? table with { Rows = [] } : table, Current, this);
        return result;
    }

    private QueryResult Begin(SqlTokens tokens)
    {
        tokens.Skip("TRANSACTION");
        if (tokens.Skip("WITH", "CONSISTENT", "SNAPSHOT"))
        {
            lock (server.Lock)
            {
                _view = server.Database.Copy();
            }
        }

        return QueryResult.Done;
    }

    private QueryResult End()
    {
        _view = null;
        return QueryResult.Done;
    }

    private QueryResult Kill(SqlTokens tokens)
    {
        tokens.Skip("CONNECTION");
        var number = int.Parse(tokens.Literal(), CultureInfo.InvariantCulture);
        Connection? found;
        lock (server.Lock)
        {
            found = server.Connections.GetValueOrDefault(number);
        }

        (found ?? throw new SqlErrorException(new SqlError(1094, "HY000", $"Unknown thread id: {number}"))).Cut();
        return QueryResult.Done;
    }

    private QueryResult Set(SqlTokens tokens)
    {
        if (tokens.Skip("NAMES"))
        {
            KeepsCharsets = false;
            tokens.Any();
            return QueryResult.Done;
        }

        do
        {
            tokens.Skip("SESSION");
            if (tokens.Skip("TRANSACTION"))
            {
                tokens.SkipRest();
                break;
            }

            var name = tokens.Name();
            tokens.Expect("=");
            var value = tokens.Any();
            if (name.StartsWith('@') && !name.StartsWith("@@", StringComparison.Ordinal))
            {
                _user[name[1..]] = value;
            }
            else if (!ServerVariables.IsOfSession(name.TrimStart('@')))
            {
                throw new SqlErrorException(new SqlError(1193, "HY000", $"Unknown system variable '{name}'"));
            }

            KeepsCharsets = name == "character_set_results" ? value.Equals("NULL", StringComparison.OrdinalIgnoreCase) : KeepsCharsets;
        }
        while (tokens.Skip(","));
        return tokens.IsAtEnd ? QueryResult.Done : throw new SqlErrorException(SqlError.Syntax(tokens.Any()));
    }

    private QueryResult Show(SqlTokens tokens)
    {
        if (tokens.Skip("GLOBAL", "VARIABLES") || tokens.Skip("VARIABLES") || tokens.Skip("SESSION", "VARIABLES"))
        {
            return ServerVariables.Show(server, tokens, this);
        }

        if (tokens.Skip("INDEX", "FROM"))
        {
            return SchemaTables.Index(SchemaTables.FindTable(server.Database, tokens.TableName(Current)));
        }

        if (tokens.Skip("CREATE", "TABLE"))
        {
            return SchemaTables.Definition(SchemaTables.FindTable(server.Database, tokens.TableName(Current)));
        }

        if (tokens.Skip("WARNINGS"))
        {
            return QueryResult.Text(["Level", "Code", "Message"], []);
        }

        return (server.Version >= RenamedReplica && tokens.Skip("REPLICAS")) || (server.Version < WithoutOldNames && tokens.Skip("SLAVE", "HOSTS"))
            ? QueryResult.Text(["Server_Id", "Host", "Port", "Source_Id", "Replica_UUID"], [])
            : (server.Version >= RenamedReplica && tokens.Skip("REPLICA", "STATUS")) || (server.Version < WithoutOldNames && tokens.Skip("SLAVE", "STATUS"))
                ? QueryResult.Text(["Replica_IO_State", "Source_Host"], [])
                : ShowLog(tokens);
    }

    private QueryResult ShowLog(SqlTokens tokens)
    {
        var files = server.Log.Files;
        if ((server.Version >= RenamedLogStatus && tokens.Skip("BINARY", "LOG", "STATUS")) || (server.Version < WithoutOldNames && tokens.Skip("MASTER", "STATUS")))
        {
            return QueryResult.Text(["File", "Position", "Binlog_Do_DB", "Binlog_Ignore_DB", "Executed_Gtid_Set"], [[files[^1].Name, Number(files[^1].Length), "", "", server.Log.Executed.ToString()]]);
        }

        if (tokens.Skip("BINARY", "LOGS"))
        {
            return QueryResult.Text(["Log_name", "File_size", "Encrypted"], files.Select(f => (string?[])[f.Name, Number(f.Length), "No"]));
        }

        if (tokens.Skip("BINLOG", "EVENTS", "IN"))
        {
            var name = tokens.Literal();
            var file = files.FirstOrDefault(f => f.Name == name);
            return file.Name is null
                ? throw new SqlErrorException(new SqlError(1220, "HY000", "Error when executing command SHOW BINLOG EVENTS: Could not find target log"))
                : QueryResult.Text(
                    ["Log_name", "Pos", "Event_type", "Server_id", "End_log_pos", "Info"],
                    [[name, "4", "Format_desc", "1", "126", $"Server ver: {server.Options.Version}, Binlog ver: 4"], [name, "126", "Previous_gtids", "1", "157", file.Previous.ToString()]]);
        }

        throw new SqlErrorException(SqlError.Syntax(tokens.Any()));
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
