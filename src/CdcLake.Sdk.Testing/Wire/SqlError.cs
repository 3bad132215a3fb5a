namespace CdcLake.Testing.Wire;

/// <summary>What a frontend answers to a statement that it does not run.</summary>
internal sealed record SqlError(int Code, string State, string Message)
{
    public static SqlError Syntax(string near) => new(1064, "42000", $"Getting syntax error. Detail message: Unexpected input '{near}', the most similar input is {{<EOF>}}.");

    public static SqlError Analyze(string detail) => new(1064, "42000", $"Getting analyzing error. Detail message: {detail}.");

    public static SqlError UnknownDatabase(string name) => new(1049, "42000", $"Unknown database '{name}'");

    public static SqlError UnknownTable(string database, string name) => new(5502, "42S02", $"Getting analyzing error. Detail message: Unknown table '{database}.{name}'.");

    public static SqlError UnknownCommand() => new(1047, "08S01", "Unknown command");
}

/// <summary>Thrown inside the interpreter, sent to the client.</summary>
internal sealed class SqlErrorException(SqlError error) : Exception(error.Message)
{
    public SqlError Error => error;
}

/// <summary>Rows for the client; none at all for a statement that has no result.</summary>
internal sealed record SqlResult(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows)
{
    public static SqlResult Done { get; } = new([], []);

    /// <summary>Columns that are sent as whole numbers; all others are sent as text.</summary>
    public IReadOnlyList<string> Numbers { get; init; } = [];
}
