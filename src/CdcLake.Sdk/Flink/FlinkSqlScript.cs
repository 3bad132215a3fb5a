using System.Text;
using CdcLake.Flink.Sql;

namespace CdcLake;

/// <summary>
/// A pipeline as Flink SQL. Passwords and keys are not in it: placeholders such as <c>${MYSQL_PASSWORD}</c> stand in their places, which <see cref="FlinkSqlGateway"/> fills, and whoever runs the
/// text by other means has to. Immutable.
/// </summary>
public sealed class FlinkSqlScript
{
    internal FlinkSqlScript(string name, IReadOnlyDictionary<string, string> settings, IReadOnlyList<string> statements, IReadOnlyDictionary<string, string> secrets)
    {
        Name = name;
        Settings = settings;
        Statements = statements;
        Secrets = secrets;
    }

    /// <summary>Name of the pipeline, and of the job.</summary>
    public string Name { get; }

    /// <summary>Settings of the session, by Flink's names, in order: <c>SET 'name' = 'value'</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>The statements in order, each on one line without a semicolon; the last one starts the job.</summary>
    public IReadOnlyList<string> Statements { get; }

    /// <summary>Where Flink does something else than the pipeline, each with its place in the plan; empty where there is nothing to say.</summary>
    public IReadOnlyList<string> Warnings { get; internal init; } = [];

    /// <summary>Statements by which StarRocks makes the tables that Flink's connector expects there; empty without such a sink, or where a pipeline has made them.</summary>
    public IReadOnlyList<string> StarRocksStatements { get; internal init; } = [];

    /// <summary>Names of the placeholders.</summary>
    public IReadOnlyCollection<string> Placeholders => [.. Secrets.Keys];

    /// <summary>Values of the placeholders; empty text where nobody here knows it.</summary>
    internal IReadOnlyDictionary<string, string> Secrets { get; }

    /// <summary>The whole script for a SQL client: warnings as comments, settings, statements in lines.</summary>
    public override string ToString() => Write(oneStatementPerLine: false);

    /// <summary>The whole script.</summary>
    /// <param name="oneStatementPerLine">True for clients that send a file line by line; comments are left out then.</param>
    public string ToString(bool oneStatementPerLine) => Write(oneStatementPerLine);

    private string Write(bool oneStatementPerLine)
    {
        var text = new StringBuilder();
        foreach (var warning in oneStatementPerLine ? [] : Warnings)
        {
            text.Append("-- ").Append(warning.ReplaceLineEndings(" ")).Append('\n');
        }

        foreach (var (name, value) in Settings)
        {
            text.Append("SET ").Append(FlinkText.Literal(name)).Append(" = ").Append(FlinkText.Literal(value)).Append(";\n");
        }

        foreach (var statement in Statements)
        {
            text.Append(oneStatementPerLine ? statement : StatementLayout.InLines(statement)).Append(";\n");
        }

        return text.ToString();
    }
}
